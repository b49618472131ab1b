using FsCheck.Xunit;
using TransferLens.Studies.Findings;

namespace TransferLens.Studies.Tests.Findings;

public class ConfidenceRuleTests
{
    [Theory]
    // Detected: after Holm's adjustment with three runs, otherwise at most medium.
    [InlineData(0.01, 0.02, 3, true, false, Confidence.High)]
    [InlineData(0.01, null, 3, true, false, Confidence.High)]
    [InlineData(0.01, 0.06, 3, true, false, Confidence.Medium)]
    [InlineData(0.01, 0.05, 3, true, false, Confidence.Medium)]
    [InlineData(0.01, 0.02, 2, true, false, Confidence.Medium)]
    [InlineData(0.01, 0.02, 5, false, false, Confidence.Medium)]
    [InlineData(0.01, 0.02, 1, false, false, Confidence.Low)]
    [InlineData(0.01, 0.02, 0, false, false, Confidence.Low)]
    // Not detected.
    [InlineData(0.05, 0.05, 5, true, false, Confidence.Low)]
    [InlineData(0.5, 1.0, 5, true, false, Confidence.Low)]
    [InlineData(0.5, 1.0, 5, true, true, Confidence.Medium)]
    [InlineData(0.5, 1.0, 2, true, true, Confidence.Medium)]
    [InlineData(0.5, 1.0, 1, false, true, Confidence.Low)]
    public void The_rule(double p, double? adjusted, int runs, bool coversSeeds, bool excludesMore, Confidence expected)
    {
        var decision = new Decision(p, runs)
        {
            AdjustedP = adjusted,
            CoversSeeds = coversSeeds,
            ExcludesMore = excludesMore,
        };
        Assert.Equal(expected, ConfidenceRule.Judge(decision));
        Assert.Equal(Confidence.Low, ConfidenceRule.Judge(decision with { ChosenOnTestImages = true }));
        Assert.Equal(Confidence.Low, ConfidenceRule.Judge(decision with { UnequalRates = true }));
        // A start that has not fitted keeps it from being high, and changes nothing else.
        Assert.Equal(
            expected == Confidence.High ? Confidence.Medium : expected,
            ConfidenceRule.Judge(decision with { NotFitted = true })
        );
        Assert.Equal(expected, new Finding("a", "b", decision, []).Confidence);
    }

    [Property]
    public void More_runs_and_a_smaller_p_never_lower_it(byte p, byte smaller, byte runs, bool coversSeeds)
    {
        var decision = new Decision(p / 2550.0, runs % 5) { CoversSeeds = coversSeeds };
        var more = decision with { Runs = decision.Runs + 1, P = Math.Min(decision.P, smaller / 2550.0) };
        Assert.True(ConfidenceRule.Judge(more) >= ConfidenceRule.Judge(decision));
    }
}
