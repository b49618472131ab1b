using TransferLens.Analyses.CheckpointSweep;

namespace TransferLens.Analyses.Tests.CheckpointSweep;

/// <summary>How often the advised checkpoint is as good as is said, and what more data does, by simulation.</summary>
public sealed class CheckpointAdviceTests
{
    private const int Draws = 200;

    private static readonly double[] Accuracies = [0.6, 0.7, 0.74, 0.76, 0.77, 0.775, 0.78, 0.785, 0.79, 0.795, 0.8];

    [Theory]
    [InlineData(3, 0.01)]
    [InlineData(5, 0.01)]
    [InlineData(3, 0.02)]
    [InlineData(5, 0.02)]
    public void The_advised_checkpoint_is_within_the_margin_of_the_last_in_95_percent(int seeds, double margin)
    {
        var loss = Advise(seeds, images: 1000, margin).Select(advised => Accuracies[^1] - Accuracies[advised]);
        Assert.InRange(loss.Count(lost => lost <= margin + 1e-9), 0.95 * Draws, Draws);
    }

    [Fact]
    public void A_checkpoint_that_is_worse_by_the_margin_passes_in_5_percent()
    {
        // The boundary, where the error is largest: 5 % of 400 are 20, with a standard deviation of 4.4.
        var simulated = new SimulatedScores(seed: 3, images: 1000, spread: 0.005);
        var passed = Enumerable
            .Range(0, 400)
            .Count(_ => CheckpointChoice.Choose(simulated.Draw(5, 0.78, 0.8), margin: 0.02)!.Earliest == 0);
        Assert.InRange(passed, 1, 33);
    }

    [Fact]
    public void More_seeds_and_more_images_make_the_advice_cheaper()
    {
        var few = Advise(seeds: 2, images: 500, margin: 0.02).Average();
        Assert.True(Advise(seeds: 5, images: 500, margin: 0.02).Average() < few);
        Assert.True(Advise(seeds: 2, images: 4000, margin: 0.02).Average() < few);
    }

    private static List<int> Advise(int seeds, int images, double margin)
    {
        var simulated = new SimulatedScores(seed: 1, images, spread: 0.005);
        return
        [
            .. Enumerable
                .Range(0, Draws)
                .Select(_ => CheckpointChoice.Choose(simulated.Draw(seeds, Accuracies), margin)!.Earliest),
        ];
    }
}
