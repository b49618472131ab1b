using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Analyses.WiseFt;
using TransferLens.Studies.Metrics;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens wise_ft</c> prints.</summary>
internal static class WiseFtOutput
{
    /// <summary>
    /// The document of <c>--json</c>: the points as the weights are, whose ends are P and P-T exactly, and with two
    /// kinds of running statistics also those of each by name.
    /// </summary>
    /// <param name="measured">What was measured.</param>
    /// <param name="notes">What statistics were recomputed from.</param>
    /// <param name="key">Name of the scores on the target.</param>
    /// <param name="sourceKey">Name of those on the source.</param>
    public static JsonObject Document(MeasuredWiseFt measured, WiseFtNotes notes, string key, string sourceKey)
    {
        var document = new JsonObject
        {
            ["points"] = Points(measured.Lines[0]),
            ["alpha"] = measured.Alpha,
            ["chosenOnValidation"] = measured.OnValidation,
            ["margin"] = measured.Choice.Margin,
            ["smallestMargin"] = measured.Choice.SmallestMargin,
            ["change"] = measured.Change?.ToJson(),
            ["forgotten"] = measured.Forgotten?.ToJson(),
            ["regained"] = measured.Regained?.ToJson(),
            ["examples"] = measured.Target.Examples,
            ["sourceExamples"] = measured.Source?.Examples,
        };
        if (measured.Lines.Count > 1)
        {
            foreach (var line in measured.Lines)
            {
                document[line.Name] = new JsonObject { ["points"] = Points(line) };
            }
        }

        notes.AddTo(document);
        return document;

        JsonArray Points((string, WiseFtCurve Target, WiseFtCurve? Source) line)
        {
            var (changes, regains) = (line.Target.Against(line.Target.Points.Length - 1), Regains(line.Source));
            return
            [
                .. line.Target.Points.Select(
                    (point, at) =>
                    {
                        var entry = new JsonObject
                        {
                            ["alpha"] = point.Alpha,
                            ["target"] = Point(point, changes[at], key),
                        };
                        if (line.Source is { } source)
                        {
                            entry["source"] = Point(source.Points[at], regains!.Value[at], sourceKey);
                        }

                        return (JsonNode)entry;
                    }
                ),
            ];
        }
    }

    private static ImmutableArray<Effect>? Regains(WiseFtCurve? source) => source?.Against(source.Points.Length - 1);

    // overFineTuned: the paired difference from alpha 1 of the same curve.
    private static JsonObject Point(WiseFtPoint point, Effect change, string key) =>
        new()
        {
            [key] = point.Score.Value,
            ["low"] = point.Score.Low,
            ["high"] = point.Score.High,
            ["loss"] = Json.Number(point.Loss),
            ["overFineTuned"] = change.ToJson(),
        };

    /// <summary>Prints the curves, the choice, and what was forgotten.</summary>
    public static void Print(MeasuredWiseFt measured, WiseFtNotes notes, Metric metric, Metric source, string? output)
    {
        foreach (var line in measured.Lines)
        {
            Print(line, metric, source);
        }

        if (measured.Forgotten is { } forgotten)
        {
            Console.WriteLine(Forgotten(source, forgotten));
        }

        Console.WriteLine(
            measured.Choice.IsBelowOne
                ? $"Alpha {measured.Alpha:0.####} is the smallest that is no worse than P-T on the target."
                : "No alpha below 1 is shown to be no worse than P-T on the target."
        );
        if (measured.Change is { } change)
        {
            Console.WriteLine($"  Target score minus that of P-T: {Signed(metric, change)}");
        }

        if (measured.Regained is { } regained)
        {
            Console.WriteLine($"  {Regained(source, measured.Alpha, regained)}");
        }

        if ((measured.Forgotten ?? measured.Change) is not null)
        {
            Console.WriteLine("Intervals are over images, paired: both models are measured on the same images.");
        }

        Console.WriteLine(
            measured.OnValidation
                ? "The images of --validation chose alpha."
                : "The images of --data chose alpha, so its score is optimistic; choose it with --validation."
        );
        notes.Print();
        if (output is not null)
        {
            Console.WriteLine($"Weights at alpha {measured.Alpha:0.####} written to {output}");
        }
    }

    private static string Forgotten(Metric metric, Effect forgotten) =>
        forgotten switch
        {
            { IsPositive: true } => $"P-T forgot {Amount(metric, forgotten)} on the source.",
            { IsNegative: true } => $"P-T gained {Amount(metric, forgotten.Negated())} on the source.",
            _ => $"No forgetting of the source was detected: {Signed(metric, forgotten)}.",
        };

    private static string Regained(Metric metric, double alpha, Effect regained) =>
        regained switch
        {
            { IsPositive: true } => $"Alpha {alpha:0.####} regains {Amount(metric, regained)} on the source.",
            { IsNegative: true } => $"Alpha {alpha:0.####} loses {Amount(metric, regained.Negated())} on the source.",
            _ => $"No gain on the source was detected: {Signed(metric, regained)}.",
        };

    private static string Amount(Metric metric, Effect effect) => Number(metric, effect, ScoreText.Plain);

    private static string Signed(Metric metric, Effect effect) => Number(metric, effect, ScoreText.Signed);

    private static string Number(Metric metric, Effect effect, Func<Metric, double, string> write)
    {
        var (value, low, high) = effect.Interval();
        var interval = effect.HasInterval ? $"95 % CI {write(metric, low)} to {write(metric, high)}" : "no interval";
        return $"{write(metric, value)} {metric.DifferenceWords} ({interval})";
    }

    private static void Print((string Name, WiseFtCurve Target, WiseFtCurve? Source) line, Metric metric, Metric source)
    {
        Console.WriteLine($"{line.Name}:");
        var columns = line.Source is null ? "" : $"  source {source.Name,8}    loss";
        Console.WriteLine($"   alpha  target {metric.Name,8}    loss{columns}");
        foreach (var (at, point) in line.Target.Points.Index())
        {
            Console.WriteLine(
                $"  {point.Alpha,6:0.###}  {Score(metric, point)}"
                    + (line.Source is { } measured ? $"  {Score(source, measured.Points[at])}" : "")
            );
        }
    }

    private static string Score(Metric metric, WiseFtPoint point) =>
        $"{ScoreText.Of(metric, point.Score.Value),15}  {point.Loss,8:0.0000}";
}
