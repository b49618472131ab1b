using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>The sentences of findings, method, figures and tables about spectra.</summary>
internal static class SpectrumWords
{
    /// <summary>Definition for the report.</summary>
    public const string Definition =
        "Singular values of every weight matrix; a convolution's weights are reshaped to a matrix of output channels x "
        + "(input channels · kernel height · kernel width). "
        + "Stable rank: sum of their squares over the largest square. "
        + "Effective rank: exp of the entropy of the normalized squares.";

    /// <summary>Settings for the report.</summary>
    public const string Settings =
        "weights of the last epoch; RI: random weights before the first step of each run from random weights";

    /// <summary>Source for the report.</summary>
    public const string Source =
        "stable rank: Rudelson and Vershynin 2007; effective rank: Roy and Vetterli 2007, but with "
        + "squared singular values";

    /// <summary>Caveats for the report.</summary>
    public static readonly string[] Caveats =
    [
        "Weights that feed into a normalization layer can grow without changing what the network computes. "
            + "Compare the ranks and the shapes of the curves, not their heights.",
        "The reshaped weights of a convolution are not the linear map that it applies to an image.",
        "A spectrum is exact for given weights: it needs no images. Intervals cover seeds (Welch's t over runs).",
        "How far ranks change depends on learning rate, weight decay and epochs: only runs with equal settings are "
            + "compared.",
        "The change of a run is measured from the weights that it began with.",
        "Runs that diverged are left out of findings, figures and means; results.json has the spectra of their last "
            + "finite weights.",
        "A spectrum shows how the weights changed, not whether the change matters.",
    ];

    /// <summary>Evidence: how much training changes the ranks.</summary>
    public static string Change(string start, string run) =>
        $"mean relative change of the effective rank, {start} to {run}";

    /// <summary>Evidence: the difference of the two.</summary>
    public static string Difference(SpectrumChange change) =>
        $"difference of the two changes, {change.PretrainedRun} minus {change.RandomRun}";

    /// <summary>Which runs change the effective rank less.</summary>
    /// <param name="change">The changes.</param>
    /// <param name="difference">Their difference, in percentage points.</param>
    public static FindingText Changes(SpectrumChange change, Effect difference)
    {
        var (p, random) = (change.PretrainedRun, change.RandomRun);
        var (first, second) = (Percent(change.Pretrained), Percent(change.Random));
        if (!difference.HasInterval)
        {
            return new(
                $"{p} changes the effective rank by {first}, {random} by {second} on {change.Target}: "
                    + "too few runs to compare.",
                $"With a single run on a side there is no interval. {Measure}"
            );
        }

        if (!difference.IsDetected)
        {
            var (_, from, to) = difference.Interval();
            return new(
                $"No difference in the change of effective rank detected on {change.Target}: "
                    + $"{p} {first}, {random} {second}.",
                $"Difference: 95 % CI {Signed(from)} to {Signed(to)} percentage points; more seeds could decide. "
                    + Measure
            );
        }

        var less = difference.IsNegative;
        var (value, low, high) = (less ? difference.Negated() : difference).Interval();
        return new(
            $"{p} changes the effective rank {(less ? "less" : "more")} than {random} on {change.Target}, "
                + $"by {Number(value)} points (95 % CI {Number(low)} to {Number(high)}).",
            $"The change is {first} for {p} and {second} for {random}. {Measure}"
        );
    }

    /// <summary>The two were trained with unequal settings.</summary>
    public static FindingText NotCompared(SpectrumChange change)
    {
        var (p, random) = (change.PretrainedRun, change.RandomRun);
        return new(
            $"Changes of the effective rank on {change.Target} are not compared: "
                + $"{p} and {random} differ in {change.Unequal}.",
            $"The change is {Percent(change.Pretrained)} for {p} and {Percent(change.Random)} for {random}. {Measure}",
            $"Train {p} and {random} with equal settings to compare how they change ranks."
        );
    }

    /// <summary>Caption of the ranks.</summary>
    public static string RanksCaption(string target) =>
        $"Ranks of the weight matrices per module, {target}; averaged over a module's matrices. "
        + "Bands are 95 % intervals over seeds.";

    /// <summary>Summary of the ranks: each kind of model with its mean share of the full rank, or null.</summary>
    public static string RanksSummary(IEnumerable<(string Group, double? Share)> means)
    {
        var listed = means.Select(one =>
            one.Share is { } share ? $"{one.Group} {100 * share:0} %" : $"{one.Group} undefined"
        );
        return $"Mean effective rank over all modules, as a share of the full rank: {string.Join("; ", listed)}.";
    }

    /// <summary>Caption of the singular values.</summary>
    public static string ValuesCaption(string target) =>
        $"Singular values of one matrix of the first, a middle and the last block, {target}, largest on the left; "
        + "one line per model.";

    /// <summary>Summary of the singular values of some matrices.</summary>
    public static string ValuesSummary(IEnumerable<string> matrices) =>
        "Base-10 logarithm of the singular values over their position, from 0 (largest) to 1 (smallest). "
        + $"Matrices: {string.Join(", ", matrices)}.";

    /// <summary>Title of a target's table; names the runs that diverged.</summary>
    public static string TableTitle(string target, IReadOnlyCollection<string> diverged)
    {
        var without = diverged.Count == 0 ? "" : $", without {string.Join(", ", diverged)}, which diverged";
        return $"Stable and effective ranks of the weight matrices on {target}, means over runs{without}; "
            + "all singular values are in results.json";
    }

    private const string Measure =
        "Mean relative change over the weight matrices before the head, from the initial weights.";

    private static string Percent(ImmutableArray<double> changes) => $"{Number(changes.Average())} %";

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}
