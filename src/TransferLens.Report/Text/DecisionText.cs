using TransferLens.Studies.Findings;

namespace TransferLens.Report.Text;

/// <summary>What a finding's confidence rests on, in small print.</summary>
internal static class DecisionText
{
    private const double Smallest = 0.001;

    /// <summary>
    /// For example <c>p = 0.003 (0.02 after Holm's adjustment for the questions of this report), 3 runs a side</c>;
    /// null for a finding without a decision.
    /// </summary>
    public static string? Describe(Finding finding) =>
        finding.Decision is { } decision ? string.Join(", ", Parts(finding, decision)) : null;

    private static IEnumerable<string> Parts(Finding finding, Decision decision)
    {
        yield return decision.AdjustedP is { } adjusted && Number(adjusted) != Number(decision.P)
            ? $"{P(decision.P)} ({Number(adjusted)} after Holm's adjustment for {Family(finding)})"
            : P(decision.P);
        yield return decision.Runs == 1 ? "1 run a side" : $"{decision.Runs} runs a side";
        if (!decision.CoversSeeds && decision.Runs > 1)
        {
            yield return "spread between seeds left out";
        }

        if (decision.ExcludesMore)
        {
            yield return "a difference beyond the margin is excluded";
        }

        if (decision.ChosenOnTestImages)
        {
            yield return "chosen on the test images";
        }
    }

    private static string Family(Finding finding) =>
        finding.Question is null ? "the other findings of this report" : "the questions of this report";

    private static string P(double p) => p < Smallest ? $"p {Number(p)}" : $"p = {Number(p)}";

    // Near the limit of 0.05, more digits: 0.0496 must not read as 0.05.
    private static string Number(double p) =>
        p switch
        {
            < Smallest => "< 0.001",
            >= 0.995 => "1",
            > 0.0495 and < 0.0505 => NumberText.Fixed(p, 4),
            < 0.01 or (> 0.045 and < 0.055) => NumberText.Fixed(p, 3),
            _ => NumberText.Fixed(p, 2),
        };
}
