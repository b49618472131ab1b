using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Words = TransferLens.Analyses.FeatureReuse.ReuseWords.Speed;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>
/// Whether low-level statistics speed up optimization, even where they do not raise the final score: the training score
/// averaged over all epochs on the smallest blocks, of runs from P and from random weights at the same learning rate.
/// Source: Neyshabur, Sedghi, Zhang 2020, section 3.1.
/// </summary>
internal static class FeatureReuseSpeed
{
    /// <summary>The finding; null without runs on blocks, or trained with equal settings on both sides.</summary>
    /// <param name="target">The comparison on the target that its other findings are about.</param>
    /// <param name="equal">Those at equal learning rates.</param>
    public static Finding? Find(ReuseResult target, ImmutableArray<ReuseResult> equal)
    {
        ImmutableArray<ReuseSpeed> speeds =
        [
            .. equal.Where(one => one.Differences.IsEmpty).Select(ReuseSpeed.Read).OfType<ReuseSpeed>(),
        ];
        if (speeds.IsEmpty)
        {
            return null;
        }

        // Of several rates that at which training from random weights ends best: it credits P with least.
        var speed = speeds.FirstOrDefault(one => one.Rate == target.Smallest?.Rates.Random) ?? speeds[0];
        var text = Words.Say(speed, [.. speeds.Where(one => one != speed)]);
        return new("feature_reuse", text.Headline, speed.Gain.Decide(), [.. Evidence(speed, speeds)])
        {
            Detail = text.Detail,
        };
    }

    private static IEnumerable<Evidence> Evidence(ReuseSpeed speed, ImmutableArray<ReuseSpeed> all)
    {
        var (curve, metric) = (speed.Result.CurveMetric, speed.Result.Metric);
        yield return speed.Gain.Evidence(Words.Gain(speed), curve.DifferenceUnit);
        yield return speed.Pretrained.Evidence(Words.Side(speed.Result.Pretrained.Run, speed), curve.ScoreKey);
        yield return speed.Random.Evidence(Words.Side(speed.Result.Random.Run, speed), curve.ScoreKey);
        if (speed.Final is { } final)
        {
            yield return final.Evidence(Words.FinalGain(speed), metric.DifferenceUnit);
        }

        foreach (var other in all.Where(one => one != speed))
        {
            yield return other.Gain.Evidence(Words.Gain(other), curve.DifferenceUnit);
        }
    }
}

/// <summary>How fast both sides learn on the smallest blocks, at one learning rate.</summary>
/// <param name="Result">The comparison.</param>
/// <param name="Block">The smallest blocks.</param>
/// <param name="Gain">The mean training score of runs from P minus that of runs from random weights.</param>
/// <param name="Pretrained">The first.</param>
/// <param name="Random">The second.</param>
internal sealed record ReuseSpeed(ReuseResult Result, ReuseBlock Block, Effect Gain, Effect Pretrained, Effect Random)
{
    /// <summary>The learning rate of both.</summary>
    public double Rate => Result.Pretrained.LearningRate;

    /// <summary>The gain in the final test score there.</summary>
    public Effect? Final => Block.Scores?.Gain;

    /// <summary>Reads a comparison at equal rates; null where a side has no sound run on blocks.</summary>
    public static ReuseSpeed? Read(ReuseResult result) =>
        result.Smallest
            is { SpeedGain: { } gain, Pretrained.MeanSpeed: { } pretrained, Random.MeanSpeed: { } random } block
            ? new(result, block, gain, pretrained, random)
            : null;
}
