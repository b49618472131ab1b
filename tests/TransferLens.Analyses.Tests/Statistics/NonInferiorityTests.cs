using System.Collections.Immutable;
using FsCheck.Xunit;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.Tests.Statistics;

public class NonInferiorityTests
{
    private static readonly Effect Good = Of(0.001);
    private static readonly Effect Bad = Of(-0.03);

    [Fact]
    public void The_walk_ends_at_the_first_option_that_is_not_shown_to_be_no_worse()
    {
        Assert.Equal(2, NonInferiority.Walk([[Good], [Good], [Bad], [Good]], 0.01).Passed);
        Assert.Equal(0, NonInferiority.Walk([[Bad], [Good]], 0.01).Passed);
        Assert.Equal(1, NonInferiority.Walk([[Good], [], [Good]], 0.01).Passed);
        Assert.Equal(1, NonInferiority.Walk([[Good], [Good with { ImageDegreesOfFreedom = 0 }]], 0.01).Passed);
        Assert.Equal(new WalkOutcome(0, null), NonInferiority.Walk([], 0.01));
    }

    [Fact]
    public void An_option_must_be_no_worse_than_every_reference()
    {
        Assert.True(NonInferiority.IsNoWorse([Good, Of(0.002)], 0.01));
        Assert.False(NonInferiority.IsNoWorse([Good, Bad], 0.01));
        Assert.False(NonInferiority.IsNoWorse([], 0.01));
    }

    [Property]
    public void Beyond_the_smallest_margin_the_first_option_passes_and_below_it_does_not(ushort seed)
    {
        ImmutableArray<Effect> option = [EffectTests.Draw(seed), EffectTests.Draw(seed + 1)];
        var smallest = NonInferiority.Walk([option], 0.01).SmallestMargin;
        Assert.Equal(option.All(effect => effect.HasInterval), smallest is not null);
        if (smallest is { } margin)
        {
            Assert.True(NonInferiority.IsNoWorse(option, margin + 1e-9));
            Assert.True(margin == 0 || !NonInferiority.IsNoWorse(option, margin - 1e-9));
        }
    }

    private static Effect Of(double value) => new(value, 1e-6, 1999, 0, 0, 0, 1);
}
