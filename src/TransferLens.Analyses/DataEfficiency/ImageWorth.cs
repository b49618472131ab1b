using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>The scores of one way to train on a number of images.</summary>
/// <param name="Images">Number of training images, n.</param>
/// <param name="Seeds">Its runs' scores on the test images, by seed; those that diverged are left out.</param>
internal sealed record EfficiencyScores(int Images, ImmutableArray<(int Seed, ScoreSample Score)> Seeds)
{
    /// <summary>The scores alone.</summary>
    public IEnumerable<ScoreSample> Samples => Seeds.Select(seed => seed.Score);
}

/// <summary>
/// How many times as many images training from scratch needs to be as good as fine-tuning on n images: the x at which
/// the score from random weights on x n images, interpolated linearly over log n, equals that of fine-tuning. The 95 %
/// interval contains each x at which the two do not differ beyond their uncertainty over seeds and test images (a test
/// inverted as in Fieller 1954). Where the ends of the measured curve do not contain an end, it is open.
/// </summary>
/// <param name="Images">Number of images that fine-tuning uses, n.</param>
/// <param name="Times">
/// x; null where the curve from random weights does not reach the score, or starts above it.
/// </param>
/// <param name="Low">Lower end of the interval; null where it is below the smallest x that was measured.</param>
/// <param name="High">Upper end; null where it is above the largest.</param>
/// <param name="Smallest">The smallest x that was measured.</param>
/// <param name="Largest">The largest x that was measured.</param>
/// <param name="AtEqual">Score of fine-tuning minus that from random weights on as many images.</param>
/// <param name="AgainstAll">Score of fine-tuning minus that from random weights on all images.</param>
internal sealed record ImageWorth(
    int Images,
    double? Times,
    double? Low,
    double? High,
    double Smallest,
    double Largest,
    Effect AtEqual,
    Effect AgainstAll
)
{
    // Steps between two measured numbers of images when the ends of an interval are searched.
    private const int Steps = 32;

    /// <summary>Whether fine-tuning is shown to be better than training from scratch on all images.</summary>
    public bool IsMoreThanAll => AgainstAll.IsPositive;

    /// <summary>Measures it; null when a side has no sound run.</summary>
    /// <param name="pretrained">Scores of fine-tuning on n images.</param>
    /// <param name="random">
    /// Scores from random weights on the same test images, by ascending number of training images, among them n.
    /// </param>
    public static ImageWorth? Measure(EfficiencyScores pretrained, ImmutableArray<EfficiencyScores> random)
    {
        var equal = random.FirstOrDefault(one => one.Images == pretrained.Images);
        if (pretrained.Seeds.IsEmpty || equal is null || random.Any(one => one.Seeds.IsEmpty))
        {
            return null;
        }

        var walk = Walk(pretrained, random).ToList();
        // The first point at which the curve is as good, and the ends of the points that do not differ.
        var crossing = walk.FindIndex(point => point.Difference.Value <= 0);
        var low = walk.FindIndex(point => !point.Difference.IsPositive);
        var high = walk.FindIndex(Math.Max(0, low), point => point.Difference.IsNegative);
        double n = pretrained.Images;
        return new(
            pretrained.Images,
            crossing > 0 ? Crossing(walk[crossing - 1], walk[crossing]) / n : null,
            low > 0 ? walk[low].Images / n : null,
            low >= 0 && high > 0 ? walk[high].Images / n : null,
            random[0].Images / n,
            random[^1].Images / n,
            ScoreContrast.Difference(pretrained.Samples, equal.Samples),
            ScoreContrast.Difference(pretrained.Samples, random[^1].Samples)
        );
    }

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["times"] = Times,
            ["low"] = Low,
            ["high"] = High,
            ["smallest"] = Smallest,
            ["largest"] = Largest,
            ["againstAll"] = AgainstAll.ToJson(),
        };

    private static IEnumerable<(double Images, Effect Difference)> Walk(
        EfficiencyScores pretrained,
        ImmutableArray<EfficiencyScores> random
    )
    {
        yield return (random[0].Images, ScoreContrast.Difference(pretrained.Samples, random[0].Samples));
        for (var i = 1; i < random.Length; i++)
        {
            var (before, after) = (random[i - 1], random[i]);
            for (var step = 1; step <= Steps; step++)
            {
                var share = step / (double)Steps;
                var images = before.Images * Math.Pow(after.Images / (double)before.Images, share);
                yield return (images, ScoreContrast.Difference(pretrained.Samples, Between(before, after, share)));
            }
        }
    }

    // Run by run where both have the same seeds, so that what a seed has in common stays.
    private static IEnumerable<ScoreSample> Between(EfficiencyScores before, EfficiencyScores after, double share)
    {
        if (share == 1)
        {
            return after.Samples;
        }

        var pairs = before
            .Seeds.Join(after.Seeds, one => one.Seed, one => one.Seed, (one, other) => (one.Score, other.Score))
            .ToList();
        var means = (ScoreSample.Mean([.. before.Samples]), ScoreSample.Mean([.. after.Samples]));
        return (pairs.Count > 0 ? pairs : [means]).Select(pair =>
            ScoreSample.Combine([pair.Item1, pair.Item2], [1 - share, share])
        );
    }

    // The difference is linear in log n between two points.
    private static double Crossing((double Images, Effect Difference) above, (double Images, Effect Difference) below)
    {
        var share = above.Difference.Value / (above.Difference.Value - below.Difference.Value);
        return above.Images * Math.Pow(below.Images / above.Images, share);
    }
}
