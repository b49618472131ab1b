using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens barrier</c>: performance on the line between two checkpoints.</summary>
internal static class BarrierCommand
{
    private sealed record Own(
        Option<int> Points,
        Option<double> From,
        Option<double> To,
        Option<string?> Normalization,
        Option<string?> RecalibrateOn,
        Option<int?> Plane
    );

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions();
        var own = new Own(
            new("--points")
            {
                Description = "Evenly spaced points on the line; 0, 0.5 and 1 are added where they are missing.",
                DefaultValueFactory = _ => 11,
            },
            new("--from") { Description = "Where the line begins, 0 or below.", DefaultValueFactory = _ => 0 },
            new("--to") { Description = "Where the line ends, 1 or above.", DefaultValueFactory = _ => 1 },
            new("--normalization")
            {
                Description =
                    "raw: running statistics interpolated like weights; recalibrated: recomputed at each point. Both unless given, for networks with batch normalization.",
            },
            new("--recalibrate-on")
            {
                Description =
                    "Training images to recompute running statistics from, given as --data is, all of them whatever --limit; the images of --data unless given.",
            },
            new("--plane")
            {
                Description =
                    "With three weights: instead of the line, accuracy (or mean AUC) and loss on a grid of so many points a side, 2 to 101, on the plane through the three.",
            }
        );
        own.Normalization.AcceptOnlyFromAmong("raw", "recalibrated");
        return options.Command(
            "barrier",
            "Accuracy (or mean AUC) and loss on the straight line between two checkpoints of one network, and the barrier on it: do they lie in one basin, may they be averaged?",
            [options.Metric, own.Points, own.From, own.To, own.Normalization, own.RecalibrateOn, own.Plane],
            (parsed, cancellationToken) =>
                parsed.GetValue(own.Plane) is { } side
                    ? Plane(options, own, side, parsed, cancellationToken)
                    : Run(options, own, parsed, cancellationToken)
        );
    }

    private static int Run(AnalysisOptions options, Own own, ParseResult parsed, CancellationToken cancellationToken)
    {
        var files = options.WeightsOf(parsed, 2);
        var lambdas = BarrierMeasurement.Grid(
            parsed.GetValue(own.Points),
            parsed.GetValue(own.From),
            parsed.GetValue(own.To)
        );
        var settings = AnalysisInputs.Prepare(options, parsed);
        using var network = AnalysisInputs.Network(options, parsed, files[0]);
        using var first = StateDict.Of(network);
        using var second = Second(options, parsed, files[1], network);
        var normalizations = Normalizations(parsed.GetValue(own.Normalization), network);
        using var images = AnalysisInputs.Labelled(options, parsed, files[0], network, cancellationToken);
        using var others = Others(options, own, normalizations, parsed, cancellationToken);
        var curves = normalizations
            .Select(normalization =>
            {
                using var progress = new ProgressLine(normalization);
                return (
                    Name: normalization,
                    Curve: BarrierMeasurement.Measure(
                        network,
                        first,
                        second,
                        lambdas,
                        images,
                        settings,
                        normalization == "raw" ? null : others ?? images,
                        progress: progress,
                        cancellationToken: cancellationToken
                    )
                );
            })
            .ToList();
        var recalibratedOn = RecalibratedOn(normalizations, others);
        if (parsed.GetValue(options.Json))
        {
            Json.Print(Document(curves, recalibratedOn, ScoreText.MetricOf(settings, images).JsonKey));
        }
        else
        {
            Print(
                curves,
                recalibratedOn,
                Math.Min((others ?? images).Count, Recalibration.DefaultImages),
                ScoreText.MetricOf(settings, images)
            );
        }

        return 0;
    }

    private static int Plane(
        AnalysisOptions options,
        Own own,
        int side,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        if (
            new Option[] { own.Points, own.From, own.To }.FirstOrDefault(option =>
                parsed.GetResult(option) is { Implicit: false }
            ) is
            { } line
        )
        {
            throw new InputException(
                $"{line.Name} is for the line between two weights, and --plane for the plane through three; leave one of them out."
            );
        }

        if (side is < 2 or > 101)
        {
            throw new InputException($"--plane is {side}, but it must be from 2 to 101 points a side.");
        }

        var files = options.WeightsOf(parsed, 3);
        var settings = AnalysisInputs.Prepare(options, parsed);
        using var network = AnalysisInputs.Network(options, parsed, files[0]);
        using var first = StateDict.Of(network);
        using var second = Second(options, parsed, files[1], network);
        using var third = Second(options, parsed, files[2], network);
        // The curve that speaks about the weights, unless the other is asked for.
        var normalization = Normalizations(parsed.GetValue(own.Normalization), network)[^1..];
        using var images = AnalysisInputs.Labelled(options, parsed, files[0], network, cancellationToken);
        using var others = Others(options, own, normalization, parsed, cancellationToken);
        PlaneResult plane;
        using (var progress = new ProgressLine("plane"))
        {
            plane = ModelPlane.Measure(
                network,
                [first, second, third],
                side,
                images,
                settings,
                normalization[0] == "raw" ? null : others ?? images,
                progress: progress,
                cancellationToken: cancellationToken
            );
        }

        BarrierPlane.Print(
            plane,
            RecalibratedOn(normalization, others),
            Math.Min((others ?? images).Count, Recalibration.DefaultImages),
            ScoreText.MetricOf(settings, images),
            parsed.GetValue(options.Json)
        );
        return 0;
    }

    private static ImageSet? Others(
        AnalysisOptions options,
        Own own,
        string[] normalizations,
        ParseResult parsed,
        CancellationToken cancellationToken
    ) =>
        parsed.GetValue(own.RecalibrateOn) is not null && normalizations.Contains("recalibrated")
            ? AnalysisInputs.ForStatistics(options, parsed, own.RecalibrateOn!, cancellationToken)
            : null;

    private static string? RecalibratedOn(string[] normalizations, ImageSet? others) =>
        !normalizations.Contains("recalibrated") ? null
        : others is not null ? "the images of --recalibrate-on"
        : "the evaluated images themselves, since --recalibrate-on was not given";

    private static StateDict Second(AnalysisOptions options, ParseResult parsed, string file, Network first)
    {
        using var network = AnalysisInputs.Network(options, parsed, file);
        var (a, b) = (Outputs(first), Outputs(network));
        return a == b
            ? StateDict.Of(network)
            : throw new InputException(
                $"The first weights have {a} classes and '{file}' has {b}; only weights of one network with the same classes can be interpolated."
            );

        static long Outputs(Network network) => network.state_dict()[$"{network.Head.Name}.weight"].shape[0];
    }

    private static string[] Normalizations(string? asked, Network network) =>
        asked switch
        {
            null => Recalibration.Applies(network) ? ["raw", "recalibrated"] : ["raw"],
            "recalibrated" when !Recalibration.Applies(network) => throw new InputException(
                $"{network.Name} has no batch normalization to recalibrate; leave --normalization out."
            ),
            _ => [asked],
        };

    private static JsonObject Document(
        List<(string Name, BarrierCurve Curve)> curves,
        string? recalibratedOn,
        string key
    )
    {
        var document =
            curves.Count == 1
                ? Of(curves[0].Curve)
                : new JsonObject(curves.Select(c => KeyValuePair.Create(c.Name, (JsonNode?)Of(c.Curve))));
        if (recalibratedOn is not null)
        {
            document["recalibratedOn"] = recalibratedOn;
        }

        return document;

        JsonObject Of(BarrierCurve curve) =>
            new()
            {
                ["points"] = new JsonArray([
                    .. curve.Points.Select(p => new JsonObject
                    {
                        ["lambda"] = p.Lambda,
                        [key] = p.Score,
                        ["loss"] = Json.Number(p.Loss),
                        [$"{key}Low"] = p.ScoreLow,
                        [$"{key}High"] = p.ScoreHigh,
                        ["lossLow"] = p.LossLow,
                        ["lossHigh"] = p.LossHigh,
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
    }

    private static void Print(
        List<(string Name, BarrierCurve Curve)> curves,
        string? recalibratedOn,
        int recalibrationImages,
        Metric metric
    )
    {
        foreach (var (name, curve) in curves)
        {
            var barrier = curve.Barrier;
            Console.WriteLine(
                $"{name}: barrier {ScoreText.Plain(metric, barrier.Score)} {metric.AmountWords}{Interval(barrier.InScore, value => ScoreText.Plain(metric, value))}, {barrier.Loss:0.0000} nats of loss{Interval(barrier.InLoss, value => $"{value:0.0000}")}"
            );
            Console.WriteLine(
                barrier.InScore.IsPositive
                    ? $"  95 % intervals over images; a barrier in {metric.Name} is seen."
                    : $"  95 % intervals over images; these images do not tell the barrier in {metric.Name} from none."
            );
            Console.WriteLine($"  lambda  {metric.Name, 8}    loss");
            foreach (var point in curve.Points)
            {
                Console.WriteLine(
                    $"  {point.Lambda, 6:0.###}  {ScoreText.Of(metric, point.Score), 8}  {point.Loss, 8:0.0000}"
                );
            }
        }

        if (recalibratedOn is not null)
        {
            Console.WriteLine(
                $"Running statistics were recomputed from {recalibratedOn}: {recalibrationImages} images."
            );
        }
    }

    private static string Interval(Estimate? interval, Func<double, string> number) =>
        interval is null ? "" : $" ({number(interval.Low)} to {number(interval.High)})";
}
