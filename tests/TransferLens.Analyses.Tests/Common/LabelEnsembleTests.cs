using TransferLens.Analyses.Common;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Tests.Common;

public class LabelEnsembleTests
{
    [Fact]
    public void Logits_are_those_of_the_mean_probabilities()
    {
        var (together, loss) = Of([2, -1, 0.5f], [-3, 4, 0.5f]);
        for (var image = 0; image < 3; image++)
        {
            var mean = (Probability(new[] { 2, -1, 0.5 }[image]) + Probability(new[] { -3, 4, 0.5 }[image])) / 2;
            Assert.Equal(mean, Probability(together[image]), 1e-6);
        }

        Assert.InRange(loss, 0.1, 2);
    }

    [Fact]
    public void Very_sure_networks_stay_finite_and_one_that_says_nothing_is_left_out()
    {
        // Means of two: exp(-2000) vanishes next to exp(-800), so the logit is 800 + ln 2; likewise on the other side.
        var (together, loss) = Of([800, -800, 900], [2000, -2000, float.NaN]);
        Assert.Equal([(float)(800 + Math.Log(2)), -(float)(800 + Math.Log(2)), 900], together);
        Assert.Equal((800 + Math.Log(2)) / 3, Of([800, 800, 900], [2000, 2000, 900]).Loss, 1e-9);
        Assert.Equal(0, loss, 1e-9);
    }

    // The first and the third of the images have the one label.
    private static (float[] Logits, double Loss) Of(float[] first, float[] second)
    {
        var both = LabelEnsemble.Of(
            [.. new[] { first, second }.Select(logits => new EvaluationResult(0, 0, 3, logits, 1))],
            ImageLabels.MultiLabel(1, [true, false, true])
        );
        return (both.Logits, both.Loss);
    }

    private static double Probability(double logit) => 1 / (1 + Math.Exp(-logit));
}
