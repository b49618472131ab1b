using FsCheck.Xunit;
using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.Statistics;

public class SampleSizeTests
{
    [Property]
    public void As_many_more_images_decide_and_one_fewer_does_not(ushort seed)
    {
        var effect = EffectTests.Draw(seed);
        switch (SampleSize.MoreImages(effect))
        {
            case 0:
                Assert.True(effect.IsDetected);
                break;
            case { } more:
                Assert.False(effect.IsDetected);
                Assert.True(Decides(SampleSize.With(effect, more)));
                Assert.False(Decides(SampleSize.With(effect, more - 1)));
                break;
            default:
                Assert.False(effect.CoversImages && Decides(SampleSize.With(effect, 1e6)));
                break;
        }
    }

    // What is left of the number below the interval's end is what its estimate exceeds in 80 %.
    private static bool Decides(Effect effect) =>
        Math.Abs(effect.Value)
        >= effect.UpperEnd(Effect.Alpha / 2) - effect.Value + (effect.UpperEnd(1 - SampleSize.Power) - effect.Value);

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.03)]
    public void The_advised_number_decides_in_80_of_100_repetitions(double gain)
    {
        var measured = new Effect(gain, 4e-4, 199, 0, 0, 0, 1);
        var more = SampleSize.With(measured, SampleSize.MoreImages(measured)!.Value);
        var random = new Random(7);
        var detected = 0;
        for (var repetition = 0; repetition < 4000; repetition++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            detected += (more with { Value = gain + (normal * more.StandardError) }).IsDetected ? 1 : 0;
        }

        Assert.InRange(detected / 4000.0, 0.78, 0.82);
    }

    [Property]
    public void As_many_more_images_show_it_to_be_no_worse(ushort seed)
    {
        var effect = EffectTests.Draw(seed);
        if (SampleSize.MoreImagesForMargin(effect, 0.01) is { } more)
        {
            Assert.Equal(more == 0, effect.NonInferiorityP(0.01) < 0.05);
            Assert.True(SampleSize.With(effect, more).IsNoWorse(0.01 + 1e-9));
        }
        else
        {
            Assert.False(effect.IsNoWorse(0.01));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void Images_repeated_that_often_decide_indeed(int first, int second)
    {
        var found = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            // Copies of one run: no spread between seeds, so images alone are missing.
            ScoreSample[] one = [.. Enumerable.Repeat(ScoreContrastTests.Draw(seed, 1)[0], first)];
            ScoreSample[] other = [.. Enumerable.Repeat(ScoreContrastTests.Draw(seed + 100, 1)[0], second)];
            var effect = ScoreContrast.Difference(one, other);
            if (SampleSize.MoreImages(effect) is > 0 and var more && more < 5000)
            {
                found++;
                Assert.True(Repeated(Math.Ceiling((more + 120) / 120.0)).IsDetected);
            }

            Effect Repeated(double times) =>
                ScoreContrast.Difference(
                    one.Select(sample => ScoreContrastTests.Repeated(sample, (int)times)),
                    other.Select(sample => ScoreContrastTests.Repeated(sample, (int)times))
                );
        }

        Assert.InRange(found, 5, 40);
    }

    [Fact]
    public void Two_seeds_a_side_need_more_images_than_a_normal_number_would()
    {
        // Nothing varies between seeds but what images explain; t with 2 degrees of freedom is 4.3, not 1.96.
        var effect = new Effect(0.02, 2e-4, 999, 0, 2e-4, 2, 2);
        var images = 1000 + SampleSize.MoreImages(effect)!.Value;
        // SciPy: t.ppf(0.975, 2) and t.ppf(0.8, 2).
        Assert.Equal(1000 * Math.Pow((4.302653 + 1.060660) * Math.Sqrt(2e-4) / 0.02, 2), images, 2.0);
    }

    [Fact]
    public void Images_cannot_decide_what_seeds_leave_open()
    {
        Assert.Null(SampleSize.MoreImages(new(0.02, 1e-4, 999, 1e-3, 1e-3, 4, 3)));
        Assert.Null(SampleSize.MoreImages(new(0, 1e-4, 999, 0, 1e-4, 4, 3)));
        Assert.Null(SampleSize.MoreImages(new(double.NaN, 1e-4, 999, 0, 1e-4, 4, 3)));
        Assert.Null(SampleSize.MoreImages(Welch.Difference([1, 2], [2, 4])));
        Assert.Null(SampleSize.MoreImagesForMargin(new(-0.02, 1e-4, 999, 0, 0, 0, 1), 0.01));
    }
}
