using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Tests.Common;

public class MarginWordsTests
{
    [Theory]
    [InlineData(0.01601, "1.7")]
    [InlineData(0.0164, "1.7")]
    [InlineData(0.016, "1.6")]
    [InlineData(0.0159999999999, "1.6")]
    [InlineData(0, "0.0")]
    [InlineData(0.1, "10.0")]
    public void A_bound_is_rounded_up_to_the_printed_digit(double bound, string said)
    {
        var accuracy = DeclaredMetrics.Accuracy;
        Assert.Equal($"{said} points", MarginWords.AtMost(accuracy, bound));
        Assert.Equal($" (smallest passing margin: {said} points)", MarginWords.Smallest(accuracy, bound));
        Assert.Contains(
            $"at most {said} points (",
            MarginWords.LosesAtMost(accuracy, bound, "seeds"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_fraction_has_three_digits() =>
        Assert.Equal("0.017 in mean AUC", MarginWords.AtMost(DeclaredMetrics.MeanAuc, 0.0161));
}
