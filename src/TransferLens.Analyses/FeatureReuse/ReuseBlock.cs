using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Transforms;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>
/// The outcomes of the runs at one block size. Shuffle seeds that draw the same permutation repeat the same experiment:
/// only the first of them counts.
/// </summary>
/// <param name="Block">The block's side, or <see cref="ReuseMeasure.AllValues"/>.</param>
/// <param name="Runs">The runs of different permutations.</param>
/// <param name="Shuffles">The different permutations by seed; none for whole images.</param>
internal sealed record ReuseBlock(
    string Block,
    ImmutableArray<ReuseOutcome> Runs,
    ImmutableSortedDictionary<int, BlockShuffle> Shuffles
)
{
    /// <summary>
    /// How the learning rates of the two sides were chosen here, where a side has several; empty without a choice.
    /// </summary>
    public ImmutableArray<BestOf> Choices { get; private init; } = [];

    /// <summary>The learning rates of the two sides.</summary>
    public ReuseRates Rates =>
        new(
            Of(Runs, Initialization.Pretrained).First().Run.Run.LearningRate,
            Of(Runs, Initialization.Random).First().Run.Run.LearningRate
        );

    /// <summary>From P.</summary>
    public OutcomeGroup Pretrained { get; } = Side(Runs, Initialization.Pretrained);

    /// <summary>From random weights.</summary>
    public OutcomeGroup Random { get; } = Side(Runs, Initialization.Random);

    /// <summary>
    /// The scores to compare, of permutations that have a sound run on both sides; null when there is none. With
    /// several permutations, each is a repetition: the mean over its runs. With a single one, its runs are.
    /// </summary>
    public ReuseScores? Scores { get; } = Compare(Runs);

    /// <summary>
    /// Training score averaged over all epochs of runs from P minus that of runs from random weights, in [-1, 1], with
    /// its uncertainty over repetitions (Welch); null when a side has no sound run.
    /// </summary>
    public Effect? SpeedGain { get; } = CompareSpeed(Runs);

    /// <summary>The outcomes at one block size, each side at its best learning rate there.</summary>
    public static ReuseBlock AtBestRates(IGrouping<string, ReuseOutcome> block)
    {
        var all = Create(block);
        var (pretrained, random) = (
            ReuseChoice.Choose([.. Of(all.Runs, Initialization.Pretrained)]),
            ReuseChoice.Choose([.. Of(all.Runs, Initialization.Random)])
        );
        return new(all.Block, [.. pretrained.Runs, .. random.Runs], all.Shuffles)
        {
            Choices = [pretrained.Best, random.Best],
        };
    }

    /// <summary>The outcomes at one block size.</summary>
    public static ReuseBlock Create(IGrouping<string, ReuseOutcome> block)
    {
        var shuffles = ImmutableSortedDictionary.CreateBuilder<int, BlockShuffle>();
        foreach (var one in block.DistinctBy(one => one.Run.ShuffleSeed))
        {
            if (one.Run.DrawShuffle() is { } shuffle && !shuffles.Values.Any(other => Equal(other, shuffle)))
            {
                shuffles.Add(one.Run.ShuffleSeed!.Value, shuffle);
            }
        }

        return new(
            block.Key,
            [.. block.Where(one => one.Run.ShuffleSeed is not { } seed || shuffles.ContainsKey(seed))],
            shuffles.ToImmutable()
        );
    }

    /// <summary>The entry in <c>results.json</c>.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["block"] = Block,
            ["permutations"] = Shuffles.IsEmpty ? null : Shuffles.Count,
            ["blocksInPlace"] = Shuffles.IsEmpty ? null : Shuffles.Values.Average(one => one.BlocksInPlace),
            ["neighboursKept"] = Shuffles.IsEmpty ? null : Shuffles.Values.Average(one => one.NeighboursKept),
            ["pretrained"] = Pretrained.ToJson(),
            ["random"] = Random.ToJson(),
            ["gain"] = Scores?.Gain.ToJson(),
            ["relativeDropPercent"] = Scores?.RelativeDrop?.ToJson(),
            ["meanTrainDifference"] = SpeedGain?.ToJson(),
        };
        if (!Choices.IsEmpty)
        {
            json["learningRates"] = new JsonObject
            {
                ["pretrained"] = Rates.Pretrained,
                ["random"] = Rates.Random,
                ["chosenOnTestImages"] = Choices.Any(choice => choice.ChosenOnTestImages),
            };
        }

        return json;
    }

    private static bool Equal(BlockShuffle one, BlockShuffle other) => one.Runs.SequenceEqual(other.Runs);

    private static OutcomeGroup Side(ImmutableArray<ReuseOutcome> runs, Initialization initialization) =>
        new([.. Of(runs, initialization).Select(one => one.Outcome)])
        {
            VariesSeeds = VariesSeeds(Of(runs, initialization)),
            VariesShuffles = Of(runs, initialization).Select(one => one.Run.ShuffleSeed).Distinct().Count() > 1,
        };

    private static IEnumerable<ReuseOutcome> Of(ImmutableArray<ReuseOutcome> runs, Initialization initialization) =>
        runs.Where(one => one.Run.Run.Initialization == initialization);

    // Of several permutations, whether no two are learned by the same seed.
    private static bool VariesSeeds(IEnumerable<ReuseOutcome> runs)
    {
        var permutations = runs.GroupBy(one => one.Run.ShuffleSeed)
            .Select(permutation => permutation.Select(one => one.Run.Seed).ToHashSet())
            .ToList();
        return permutations.Count < 2 || permutations.Sum(seeds => seeds.Count) == Union().Count;

        HashSet<int> Union() => [.. permutations.SelectMany(seeds => seeds)];
    }

    private static ReuseScores? Compare(ImmutableArray<ReuseOutcome> runs)
    {
        var permutations = Means(runs, one => one.Run.ShuffleSeed);
        if (permutations.Length < 2)
        {
            var (pretrained, random) = (Side(runs, Initialization.Pretrained), Side(runs, Initialization.Random));
            return permutations.IsEmpty ? null : new([.. pretrained.Samples], [.. random.Samples]);
        }

        var seeds = Means(runs, one => one.Run.Seed);
        var varies = VariesSeeds(Of(runs, Initialization.Pretrained)) && VariesSeeds(Of(runs, Initialization.Random));
        var shareSeeds = !varies && seeds.Length > 1;
        return Paired(permutations) with
        {
            VariesSeeds = varies || shareSeeds,
            BySeed = shareSeeds ? Paired(seeds) : null,
        };
    }

    // Repetitions as in the comparison of scores, but the two sides are independent.
    private static Effect? CompareSpeed(ImmutableArray<ReuseOutcome> runs)
    {
        var permutations = Speeds(runs, one => one.Run.ShuffleSeed);
        if (permutations.Pretrained.IsEmpty || permutations.Random.IsEmpty)
        {
            return null;
        }

        if (permutations.Pretrained.Length + permutations.Random.Length < 3)
        {
            return Difference(Speeds(runs, one => one.Run.Seed));
        }

        var seeds = Speeds(runs, one => one.Run.Seed);
        var varies = VariesSeeds(Of(runs, Initialization.Pretrained)) && VariesSeeds(Of(runs, Initialization.Random));
        var shareSeeds = !varies && seeds.Pretrained.Length > 1 && seeds.Random.Length > 1;
        var gain = Difference(permutations) with { VariesShuffles = true, VariesSeeds = varies || shareSeeds };
        return shareSeeds ? gain.Plus(Difference(seeds)) : gain;

        static Effect Difference((ImmutableArray<double> Pretrained, ImmutableArray<double> Random) sides) =>
            Welch.Difference(sides.Pretrained, sides.Random);
    }

    // The mean over runs that have something in common, of each side.
    private static (ImmutableArray<double> Pretrained, ImmutableArray<double> Random) Speeds<T>(
        ImmutableArray<ReuseOutcome> runs,
        Func<ReuseOutcome, T> common
    )
    {
        return (Side(Initialization.Pretrained), Side(Initialization.Random));

        ImmutableArray<double> Side(Initialization initialization) =>
            [
                .. Of(runs, initialization)
                    .Where(one => one.Outcome is { Diverged: false, MeanTrainScore: not null })
                    .GroupBy(common)
                    .Select(group => group.Average(one => one.Outcome.MeanTrainScore!.Value)),
            ];
    }

    private static ReuseScores Paired(ImmutableArray<(ScoreSample Pretrained, ScoreSample Random)> means) =>
        new([.. means.Select(mean => mean.Pretrained)], [.. means.Select(mean => mean.Random)], Paired: true);

    // The means of both sides over runs that have something in common, where both have a sound run.
    private static ImmutableArray<(ScoreSample Pretrained, ScoreSample Random)> Means<T>(
        ImmutableArray<ReuseOutcome> runs,
        Func<ReuseOutcome, T> common
    ) =>
        [
            .. runs.GroupBy(common)
                .Select(group =>
                    (
                        Pretrained: Side([.. group], Initialization.Pretrained).Samples.ToImmutableArray(),
                        Random: Side([.. group], Initialization.Random).Samples.ToImmutableArray()
                    )
                )
                .Where(group => !group.Pretrained.IsEmpty && !group.Random.IsEmpty)
                .Select(group => (ScoreSample.Mean(group.Pretrained), ScoreSample.Mean(group.Random))),
        ];
}
