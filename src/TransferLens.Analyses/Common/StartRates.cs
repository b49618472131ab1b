using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Common;

/// <summary>
/// One rule for all analyses: a comparison of runs from P with runs from random weights at different learning rates is
/// one of rates too. Where the rate of one start was not chosen among several, the finding says so first and its
/// confidence is low.
/// </summary>
internal static class StartRates
{
    private const int LongestHeadline = 20;

    /// <summary>Marks a finding that compares two starts, each at the learning rate of one of its runs.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="pretrained">A run from P.</param>
    /// <param name="random">A run from random weights.</param>
    /// <returns>The finding itself where the two rates are equal.</returns>
    public static Finding Mark(Finding finding, PlannedRun pretrained, PlannedRun random) =>
        Mark(finding, (pretrained.Run, pretrained.LearningRate), (random.Run, random.LearningRate));

    /// <summary>The same for runs by name and learning rate.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="pretrained">Name and rate of a run from P.</param>
    /// <param name="random">Name and rate of a run from random weights.</param>
    public static Finding Mark(Finding finding, (string Run, double Rate) pretrained, (string Run, double Rate) random)
    {
        if (pretrained.Rate == random.Rate)
        {
            return finding;
        }

        var decision = finding.Decision is { } known ? known with { UnequalRates = true } : null;
        return finding with
        {
            Sentence = Headline(finding.Sentence),
            Detail = Join(Confounded(pretrained, random), finding.Detail),
            Decision = decision,
            Confidence = decision is null ? Confidence.Low : ConfidenceRule.Judge(decision),
            Recommendation = $"Give {pretrained.Run} and {random.Run} the same list of learning rates.",
        };
    }

    /// <summary>
    /// Whether the best of each start is no fair comparison: the rates that are compared differ, and one start has a
    /// single rate, so that it was not tuned.
    /// </summary>
    /// <param name="pretrained">Rate of the compared runs from P, and the number of rates it was chosen among.</param>
    /// <param name="random">The same of the runs from random weights.</param>
    public static bool AreUnequal((double Rate, int Tried) pretrained, (double Rate, int Tried) random) =>
        pretrained.Rate != random.Rate && (pretrained.Tried == 1 || random.Tried == 1);

    /// <summary>
    /// Which rates each start was tried at, as a sentence; null where both were tried at the same ones.
    /// </summary>
    /// <param name="pretrained">Name and rates of the runs from P.</param>
    /// <param name="random">Name and rates of the runs from random weights.</param>
    public static string? Tried(
        (string Run, IEnumerable<double> Rates) pretrained,
        (string Run, IEnumerable<double> Rates) random
    )
    {
        var (first, second) = (pretrained.Rates.Distinct().Order().ToList(), random.Rates.Distinct().Order().ToList());
        return first.SequenceEqual(second)
            ? null
            : $"{pretrained.Run} was tried at {Listed(first)}, {random.Run} at {Listed(second)}.";
    }

    private static string Listed(List<double> rates) =>
        rates.Count == 1
            ? $"learning rate {rates[0]}"
            : $"learning rates {string.Join(", ", rates.SkipLast(1))} and {rates[^1]}";

    private static string Confounded((string Run, double Rate) pretrained, (string Run, double Rate) random) =>
        $"{pretrained.Run} has learning rate {pretrained.Rate} and {random.Run} {random.Rate}: the difference may come "
        + "from the rates.";

    // A long headline leaves its interval to the evidence.
    private static string Headline(string sentence)
    {
        var start = sentence.Length > 1 && char.IsLower(sentence[1]) ? char.ToLowerInvariant(sentence[0]) : sentence[0];
        var marked = $"Unequal learning rates: {start}{sentence[1..]}";
        return
            marked.Split(' ').Length > LongestHeadline
            && marked.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var interval
            ? $"{marked[..interval]}."
            : marked;
    }

    private static string Join(string first, string? second) => second is null ? first : $"{first} {second}";
}
