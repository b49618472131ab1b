using System.Text.Json.Nodes;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Metrics;

namespace TransferLens.Cli.Output;

/// <summary>Barriers as a document and as text.</summary>
internal static class BarrierOutput
{
    /// <summary>The document of <c>--json</c>: one curve, or two by name.</summary>
    /// <param name="curves">The curves by name.</param>
    /// <param name="note">What statistics were recomputed from, or null.</param>
    /// <param name="key">Name of the scores.</param>
    public static JsonObject Document(
        IReadOnlyList<(string Name, BarrierCurve Curve)> curves,
        RecalibrationNote? note,
        string key
    )
    {
        var document = curves.Count == 1 ? Document(curves[0].Curve, key) : Named(curves, key);
        RecalibrationNote.AddTo(document, note);
        return document;
    }

    /// <summary>Curves by name.</summary>
    /// <param name="curves">The curves.</param>
    /// <param name="key">Name of the scores.</param>
    public static JsonObject Named(IReadOnlyList<(string Name, BarrierCurve Curve)> curves, string key) =>
        new(curves.Select(entry => KeyValuePair.Create(entry.Name, (JsonNode?)Document(entry.Curve, key))));

    /// <summary>Prints the barriers and the points of each curve.</summary>
    public static void Print(
        IReadOnlyList<(string Name, BarrierCurve Curve)> curves,
        RecalibrationNote? note,
        Metric metric
    )
    {
        foreach (var (name, curve) in curves)
        {
            Print(name, curve, metric);
        }

        RecalibrationNote.Print(note);
    }

    private static JsonObject Document(BarrierCurve curve, string key) =>
        new()
        {
            ["points"] = new JsonArray([
                .. curve.Points.Select(point => new JsonObject
                {
                    ["lambda"] = point.Lambda,
                    [key] = point.Score,
                    ["loss"] = Json.Number(point.Loss),
                    [$"{key}Low"] = point.ScoreLow,
                    [$"{key}High"] = point.ScoreHigh,
                    ["lossLow"] = point.LossLow,
                    ["lossHigh"] = point.LossHigh,
                }),
            ]),
            ["barrier"] = new JsonObject
            {
                [key] = curve.Barrier.Score,
                ["loss"] = Json.Number(curve.Barrier.Loss),
                [$"{key}Low"] = curve.Barrier.ScoreLow,
                [$"{key}High"] = curve.Barrier.ScoreHigh,
                ["lossLow"] = curve.Barrier.LossLow,
                ["lossHigh"] = curve.Barrier.LossHigh,
            },
        };

    private static void Print(string name, BarrierCurve curve, Metric metric)
    {
        var barrier = curve.Barrier;
        var score = $"{ScoreText.Plain(metric, barrier.Score)} {metric.AmountWords}";
        var scoreInterval = Interval(barrier.ScoreLow, barrier.ScoreHigh, value => ScoreText.Plain(metric, value));
        var lossInterval = Interval(barrier.LossLow, barrier.LossHigh, value => $"{value:0.0000}");
        var verdict = barrier.InScore.IsPositive ? "a barrier" : "no barrier";
        Console.WriteLine($"{name}: barrier {score}{scoreInterval}, {barrier.Loss:0.0000} nats of loss{lossInterval}");
        Console.WriteLine(
            $"  Numbers in parentheses are 95 % intervals over images; {verdict} in {metric.Name} was detected."
        );
        Console.WriteLine($"  lambda  {metric.Name,8}    loss");
        foreach (var point in curve.Points)
        {
            var pointScore = ScoreText.Of(metric, point.Score);
            Console.WriteLine($"  {point.Lambda,6:0.###}  {pointScore,8}  {point.Loss,8:0.0000}");
        }
    }

    private static string Interval(double? low, double? high, Func<double, string> format) =>
        low is { } from && high is { } to ? $" ({format(from)} to {format(to)})" : "";
}
