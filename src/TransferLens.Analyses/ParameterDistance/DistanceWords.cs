using System.Globalization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>The sentences of findings, method, figures and tables about distances.</summary>
internal static class DistanceWords
{
    /// <summary>Definition for the report.</summary>
    public const string Definition =
        "Euclidean distance between the parameters of two models, in total and per module. Buffers are left out. "
        + "The head is left out when the two were trained on different data: which is always the case for a run and P. "
        + "Without heads: how far apart the two began, how far each moved from its initial weights, and the cosine of "
        + "the two displacements. P did not move.";

    /// <summary>Settings for the report.</summary>
    public const string Settings = "weights of epoch 0 (before training) and of the last epoch";

    /// <summary>Source for the report.</summary>
    public const string Source = "Neyshabur, Sedghi, Zhang 2020, section 3.3 and Table 2; there without displacements";

    /// <summary>Title of the table.</summary>
    public const string TableTitle = "Distances between models, their norms, and how they moved";

    /// <summary>Caveats for the report.</summary>
    public static readonly string[] Caveats =
    [
        "Weights that feed into a normalization layer can grow without changing what the network computes. Compare "
            + "distances with the norms.",
        "Models trained from different random weights are far apart before training, and new heads begin at random: "
            + "compare the distances without heads, and with how far apart the models began.",
        "How far a model moves depends on learning rate, weight decay and epochs: only runs with equal settings are "
            + "compared.",
        "A distance is exact for two given models: it needs no test images. Intervals cover seeds. Pairs that share a "
            + "run are dependent, so distances of pairs are judged by leaving out one run at a time (jackknife), which "
            + "takes three runs a side. Distances moved are judged by Welch's t over runs.",
        "Pairs with a diverged run are left out of findings and bars; the table shows them at their last finite "
            + "weights.",
        "In the table, the distance between runs on one target includes the head; distances to P leave it out, because "
            + "P has a different head.",
    ];

    private const string Meaning =
        "Moved: distance from the initial weights after training with equal settings, without heads.";

    /// <summary>Evidence: distance between runs.</summary>
    public static string Body(string run) => $"distance between {run} runs without heads";

    /// <summary>Evidence: distance between initial weights.</summary>
    public static string Began(string run) => $"distance between the initial weights of {run} runs without heads";

    /// <summary>Evidence: cosine of displacements.</summary>
    public static string Cosine(string run) => $"cosine of the displacements of two {run} runs";

    /// <summary>Evidence: distance moved.</summary>
    public static string Moved(string run) => $"distance that {run} runs moved without heads";

    /// <summary>Evidence: a difference of the two kinds.</summary>
    public static string Difference(string what, DistanceComparison target) =>
        $"{what}, {target.Pretrained.Run} minus {target.Random.Run}";

    /// <summary>How far apart runs of each kind end and began, and whether the ends differ.</summary>
    public static FindingText Ends(DistanceComparison target, Effect difference)
    {
        var (p, random) = (target.Pretrained, target.Random);
        return difference is { HasInterval: true, IsDetected: false }
            ? new(
                $"No difference in distance between runs detected on {target.Target}: "
                    + $"{p.Run} {Number(p.Body)}, {random.Run} {Number(random.Body)}.",
                $"{Open(difference)} {Starts(p)}; {Starts(random)}."
            )
            : new(
                $"{p.Run} runs end {Number(p.Body)} apart and {Start(p)}; "
                    + $"{random.Run} runs end {Number(random.Body)} apart and {Start(random)} ({target.Target}).",
                difference.IsDetected ? $"{Interval(difference)} {Cause(target)}" : TooFewPairs
            );
    }

    /// <summary>Which kind moves farther.</summary>
    public static FindingText Movement(DistanceComparison target, Effect difference)
    {
        var (p, random) = (target.Pretrained, target.Random);
        var (first, second) = (Number(p.MeanMoved), Number(random.MeanMoved));
        if (!difference.HasInterval)
        {
            return new(
                $"{p.Run} moved {first} and {random.Run} {second} on {target.Target}: too few runs to compare.",
                $"With a single run on a side there is no interval. {Meaning}"
            );
        }

        if (!difference.IsDetected)
        {
            return new(
                $"No difference in movement detected on {target.Target}: {p.Run} moved {first}, {random.Run} {second}.",
                $"{Open(difference)} {Meaning}"
            );
        }

        var less = difference.IsNegative;
        var (low, high) = Ends((less ? difference.Negated() : difference).Interval(), "");
        return new(
            $"{p.Run} moves {(less ? "less" : "more")} than {random.Run} on {target.Target}: {first} against {second} "
                + $"(difference 95 % CI {low} to {high}).",
            Meaning
        );
    }

    /// <summary>The two kinds were trained with unequal settings.</summary>
    /// <param name="target">Their distances.</param>
    /// <param name="unequal">In which settings they differ.</param>
    public static FindingText NotCompared(DistanceComparison target, string unequal)
    {
        var (p, random) = (target.Pretrained, target.Random);
        return new(
            $"Distances on {target.Target} are not compared: {p.Run} and {random.Run} differ in {unequal}.",
            $"{Numbers(p)}; {Numbers(random)}.",
            $"Train {p.Run} and {random.Run} with equal settings to compare their distances."
        );
    }

    /// <summary>Caption of the bars.</summary>
    public static string Caption(string target) =>
        $"Distance in parameter space per module, without heads, {target}. Bars are means; error bars are 95 % "
        + "intervals over seeds, where there are enough runs.";

    /// <summary>Summary of the bars: the mean distance of each kind of pair without heads.</summary>
    public static string Summary(IEnumerable<(string Kind, double Body)> means) =>
        $"Distances without heads: {string.Join("; ", means.Select(one => $"{one.Kind} {Number(one.Body)}"))}.";

    private const string TooFewPairs = "Fewer than three runs on a side leave no interval, so nothing is compared.";

    private static string Cause(DistanceComparison target) =>
        target is { Pretrained.Began.Value: 0, Random.Began.Value: 0 }
            ? "Both kinds began together, so training made the difference."
            : "The starts differ too, so the difference cannot be attributed to training.";

    private static string Interval(Effect difference)
    {
        var (low, high) = Ends(difference.Interval(), "+");
        return $"The distances differ by {Signed(difference.Value)} (95 % CI {low} to {high}).";
    }

    private static string Open(Effect difference)
    {
        var (low, high) = Ends(difference.Interval(), "+");
        return $"Difference: 95 % CI {low} to {high}; more seeds could decide.";
    }

    private static string Numbers(DistanceSide side) =>
        side.Body is null
            ? $"{side.Run} moved {Number(side.MeanMoved)}"
            : $"{side.Run} runs end {Number(side.Body)} apart, {Start(side)} and moved {Number(side.MeanMoved)}";

    private static string Starts(DistanceSide side) => $"{side.Run} runs {Start(side)}";

    private static string Start(DistanceSide side) =>
        side.Began!.Value == 0 ? "began together" : $"began {Number(side.Began)} apart";

    private static string Number(Effect? effect) => Number(effect!.Value);

    private static string Number(double value) => value.ToString(Format(value), CultureInfo.InvariantCulture);

    private static string Signed(double value) => Signed(value, Format(value), "+");

    // Enough digits that an end near 0 does not read as 0.
    private static (string Low, string High) Ends(Estimate interval, string plus)
    {
        var format = Math.Min(Math.Abs(interval.Low), Math.Abs(interval.High)) switch
        {
            < 0.1 => "0.000",
            < 1 => "0.00",
            _ => "0.0",
        };
        return (Signed(interval.Low, format, plus), Signed(interval.High, format, plus));
    }

    private static string Signed(double value, string format, string plus) =>
        value.ToString($"{plus}{format};-{format};0", CultureInfo.InvariantCulture);

    // A small network, or one that is hardly trained, moves by less than 1.
    private static string Format(double value) => Math.Abs(value) < 1 ? "0.000" : "0.0";
}
