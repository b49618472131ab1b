using FsCheck.Xunit;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Tests.Statistics;

public class EffectTests
{
    private static readonly double[] Alphas = [0.05, 0.01, 0.2];

    [Property]
    public void P_is_below_alpha_where_the_interval_excludes_0(ushort seed)
    {
        var effect = Draw(seed);
        foreach (var alpha in Alphas.Where(alpha => Math.Abs(effect.P - alpha) > 1e-6))
        {
            var (_, low, high) = effect.Interval(alpha);
            Assert.Equal(low > 0 || high < 0, effect.P < alpha);
        }

        Assert.Equal(effect.IsDetected, effect.IsPositive || effect.IsNegative);
        Assert.False(effect.IsPositive && effect.IsNegative);
    }

    [Property]
    public void It_is_no_worse_where_p_of_that_test_is_below_alpha(ushort seed)
    {
        var effect = Draw(seed);
        foreach (var margin in new[] { 0, 0.01, 0.05 })
        {
            if (Math.Abs(effect.NonInferiorityP(margin) - Effect.Alpha) > 1e-6)
            {
                Assert.Equal(effect.IsNoWorse(margin), effect.NonInferiorityP(margin) < Effect.Alpha);
            }
        }

        // A one-sided interval is shorter, so what is above 0 is no worse.
        Assert.True(!effect.IsPositive || effect.IsNoWorse(0));
        Assert.True(effect.LowerEnd() >= effect.Interval().Low);
    }

    [Property]
    public void The_other_sign_has_the_other_interval(ushort seed)
    {
        var (effect, negated) = (Draw(seed), Draw(seed).Negated());
        Assert.Equal(effect.P, negated.P);
        Assert.Equal(-effect.Interval().Low, negated.Interval().High);
        Assert.Equal(-effect.UpperEnd(), negated.LowerEnd());
        Assert.Equal(effect, negated.Negated());
    }

    [Property]
    public void A_factor_scales_the_interval_and_leaves_p(ushort seed)
    {
        var effect = Draw(seed);
        var scaled = effect.Times(-3);
        Assert.Equal(effect.P, scaled.P, 1e-9);
        if (effect.HasInterval)
        {
            Assert.Equal(-3 * effect.Interval().High, scaled.Interval().Low, 1e-9);
            Assert.Equal(3 * effect.StandardError, scaled.StandardError, 1e-12);
        }
    }

    [Property]
    public void A_smaller_alpha_has_a_wider_interval_and_a_larger_margin_passes_sooner(ushort seed)
    {
        var effect = Draw(seed);
        Assert.True(effect.Interval(0.01).Low <= effect.Interval(0.05).Low);
        Assert.True(effect.NonInferiorityP(0.02) <= effect.NonInferiorityP(0.01));
    }

    [Fact]
    public void Without_a_spread_of_the_seeds_it_is_a_z_test_nearly()
    {
        var effect = new Effect(0.0196, 0.0001, 1e9, 0, 0, 0, 1);
        Assert.Equal(0.05, effect.P, 1e-4);
        Assert.False(effect.CoversSeeds);
        Assert.True(effect.CoversImages);
        Assert.Equal("test images", (string?)effect.ToJson()["covers"]);
    }

    [Fact]
    public void The_less_certain_of_two_tests_decides()
    {
        // Two seeds a side that happen to differ much: the seeds alone show little, although images do.
        var effect = new Effect(0.05, 1e-4, 1999, 0, 4e-4, 2, 2);
        Assert.Equal(2 * StudentT.Above(0.05 / 0.02, 2), effect.P, 1e-12);
        Assert.False(effect.IsDetected);
        Assert.Equal(StudentT.TwoSided(0.05, 2) * 0.02, effect.Interval().High - effect.Value, 1e-9);
        Assert.True((effect with { SpreadVariance = 0 }).IsDetected);
    }

    [Fact]
    public void A_number_without_uncertainty_decides_nothing()
    {
        var effect = new Effect(0.5, 0, 0, 0, 0, 0, 1);
        Assert.False(effect.HasInterval);
        Assert.Equal((1, 1), (effect.P, effect.NonInferiorityP(1)));
        Assert.False(effect.IsDetected || effect.IsNoWorse(1) || effect.IsWithin(1));
        Assert.Null(effect.ToJson()["low"]);
        Assert.Null(effect.ToJson()["p"]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_undefined_number_decides_nothing_and_can_be_written(double value)
    {
        var effect = new Effect(value, 1e-4, 1999, 1e-4, 1e-4, 4, 3);
        Assert.Equal((1, 1), (effect.P, effect.NonInferiorityP(0.01)));
        Assert.False(effect.IsDetected || effect.IsNoWorse(0.01));
        Assert.Equal(Confidence.Low, ConfidenceRule.Judge(effect.Decide()));
        Assert.Contains("\"value\":null", effect.ToJson().ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_form_in_results_holds_the_interval_and_what_it_covers()
    {
        var effect = new Effect(0.05, 1e-4, 1999, 1e-4, 2e-4, 4, 3);
        var json = effect.ToJson();
        Assert.Equal(effect.Interval().Low, (double)json["low"]!);
        Assert.Equal(effect.Interval().High, (double)json["high"]!);
        Assert.Equal(effect.P, (double)json["p"]!);
        Assert.Equal(Math.Sqrt(2e-4), (double)json["standardError"]!, 1e-12);
        Assert.Equal(3, (int)json["runs"]!);
        Assert.Equal("seeds and test images", (string?)json["covers"]);
        Assert.Equal("seeds", (string?)Welch.Mean([1, 2, 4]).ToJson()["covers"]);
    }

    [Fact]
    public void A_decision_excludes_more_only_where_nothing_is_detected_and_the_interval_is_narrow()
    {
        Assert.True(new Effect(0.001, 1e-6, 1999, 0, 1e-7, 4, 3).Decide().ExcludesMore);
        Assert.False(new Effect(0.001, 1e-4, 1999, 0, 1e-5, 4, 3).Decide().ExcludesMore);
        Assert.False(new Effect(0.005, 1e-6, 1999, 0, 1e-7, 4, 3).Decide().ExcludesMore);
        var both = new[] { new Effect(0, 1e-6, 1999, 0, 1e-7, 4, 5), new Effect(-0.02, 1e-6, 1999, 0, 1e-7, 4, 3) };
        Assert.False(both.DecideNoWorse(0.01).IsDetected);
        Assert.Equal(3, both.DecideNoWorse(0.01).Runs);
        Assert.True(both.DecideNoWorse(0.05).IsDetected);
    }

    // Images that decide; seeds that vary too much for any images; a number that nothing tells from 0.
    [Theory]
    [InlineData(0.02, 2e-4, 0, 0, 0, "more test images", "About ")]
    [InlineData(0.05, 1e-6, 2e-3, 2e-3, 2, "more seeds", "More seeds, not more test images, could decide.")]
    [InlineData(0, 1e-4, 2e-3, 2e-3, 2, "more test images and seeds", null)]
    public void The_advice_agrees_with_what_would_decide(
        double value,
        double images,
        double seeds,
        double spread,
        double degrees,
        string more,
        string? decides
    )
    {
        var effect = new Effect(value, images, 1999, seeds, spread, degrees, 2);
        Assert.Equal(more, EffectWords.More(effect));
        Assert.StartsWith(decides ?? "", EffectWords.WouldDecide(effect) ?? "", StringComparison.Ordinal);
        Assert.Equal(decides is null, EffectWords.WouldDecide(effect) is null);
    }

    // Of all kinds: without images, without seeds, without either, with no variance left.
    internal static Effect Draw(int seed)
    {
        var random = new SimulatedRandom((ulong)seed + 1);
        var images = random.Below(4) > 0 ? 20 + random.Below(5000) : 0;
        var runs = 1 + random.Below(5);
        var freedom = runs > 1 ? 1 + (random.Uniform() * runs) : 0;
        var spread = runs > 1 && random.Below(5) > 0 ? 1e-4 * random.Uniform() : 0;
        return new(
            0.03 * random.Normal(),
            images > 0 && random.Below(6) > 0 ? random.Uniform() / images / 5 : 0,
            Math.Max(0, images - 1),
            spread * (images == 0 ? 1 : Math.Max(0, random.Uniform() - 0.3)),
            spread,
            freedom,
            runs
        );
    }
}
