using TransferLens.Analyses.FineTuningDepth;

namespace TransferLens.Analyses.Tests.FineTuningDepth;

/// <summary>How often a rung is advised that is worse, and what more data does to the advice, by simulation.</summary>
public sealed class DepthAdviceTests
{
    private const int Draws = 300;

    // From scratch, the whole network, and cheaper and cheaper rungs.
    private static readonly (string Name, double Cost)[] Rungs =
    [
        (DepthChoice.Scratch, 4),
        (DepthChoice.Whole, 4),
        ("layer2", 3),
        (DepthChoice.LastStage, 2),
        (DepthChoice.Head, 1),
    ];

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_rung_2_points_worse_is_advised_in_at_most_5_percent_at_a_margin_of_1(int seeds)
    {
        var advised = Advise(seeds, images: 1000, margin: 0.01, 0.6, 0.8, 0.78, 0.78, 0.78);
        Assert.InRange(advised.Count(rung => rung > 1), 0, 0.05 * Draws);
    }

    [Fact]
    public void A_rung_that_is_worse_by_the_margin_than_one_other_is_advised_in_5_percent()
    {
        // The boundary, where the error is largest: 5 % of 300 are 15, with a standard deviation of 3.8.
        var advised = Advise(seeds: 5, images: 1000, margin: 0.02, 0.6, 0.8, 0.78, 0.7, 0.7);
        Assert.InRange(advised.Count(rung => rung > 1), 1, 26);
        // From scratch is another of them: 2 points above the rung, with the whole network well below.
        var scratch = Advise(seeds: 5, images: 1000, margin: 0.02, 0.8, 0.7, 0.78, 0.6, 0.6);
        Assert.InRange(scratch.Count(rung => rung > 1), 1, 26);
    }

    [Fact]
    public void Rungs_apart_share_the_error_rate_with_the_others()
    {
        // Each of three walks would advise its rung, which is worse by the margin, in 5 %.
        (string, double)[] rungs = [("whole", 4), (DepthChoice.NormHead, 3), (DepthChoice.Lora, 2), ("head", 1)];
        var advised = Advise(rungs, seeds: 5, images: 1000, margin: 0.02, 0.8, 0.78, 0.78, 0.78);
        Assert.InRange(advised.Count(rung => rung > 0), 0, 26);
    }

    [Fact]
    public void More_seeds_and_more_images_make_the_advice_cheaper()
    {
        var few = Cost(seeds: 2, images: 500);
        Assert.True(Cost(seeds: 5, images: 500) < few);
        Assert.True(Cost(seeds: 2, images: 4000) < few);

        static double Cost(int seeds, int images) =>
            Advise(seeds, images, margin: 0.02, 0.6, 0.8, 0.8, 0.795, 0.7).Average(rung => Rungs[rung].Cost);
    }

    private static List<int> Advise(int seeds, int images, double margin, params double[] accuracies) =>
        Advise(Rungs, seeds, images, margin, accuracies);

    private static List<int> Advise(
        (string Name, double Cost)[] rungs,
        int seeds,
        int images,
        double margin,
        params double[] accuracies
    )
    {
        var simulated = new SimulatedScores(seed: 2, images, spread: 0.005);
        return [.. Enumerable.Range(0, Draws).Select(_ => Advise())];

        int Advise() =>
            DepthChoice
                .Choose(
                    [
                        .. simulated
                            .Draw(seeds, accuracies)
                            .Zip(rungs, (scores, rung) =>
                                new RungScores(rung.Name, rung.Cost, [.. scores.Select((score, i) => (i, score))])
                            ),
                    ],
                    margin
                )!
                .Cheapest;
    }
}
