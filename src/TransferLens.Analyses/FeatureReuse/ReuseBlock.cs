using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
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
    /// <summary>From P.</summary>
    public OutcomeGroup Pretrained { get; } = Side(Runs, Initialization.Pretrained);

    /// <summary>From random weights.</summary>
    public OutcomeGroup Random { get; } = Side(Runs, Initialization.Random);

    /// <summary>
    /// The scores to compare, of permutations that have a sound run on both sides; null when there is none. With
    /// several permutations, each is a repetition: the mean over its runs. With a single one, its runs are.
    /// </summary>
    public ReuseScores? Scores { get; } = Compare(Runs);

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
    public JsonObject ToJson() =>
        new()
        {
            ["block"] = Block,
            ["permutations"] = Shuffles.IsEmpty ? null : Shuffles.Count,
            ["blocksInPlace"] = Shuffles.IsEmpty ? null : Shuffles.Values.Average(one => one.BlocksInPlace),
            ["neighboursKept"] = Shuffles.IsEmpty ? null : Shuffles.Values.Average(one => one.NeighboursKept),
            ["pretrained"] = Pretrained.ToJson(),
            ["random"] = Random.ToJson(),
            ["gain"] = Scores?.Gain.ToJson(),
            ["relativeDropPercent"] = Scores?.RelativeDrop?.ToJson(),
        };

    private static bool Equal(BlockShuffle one, BlockShuffle other) => one.Runs.SequenceEqual(other.Runs);

    private static OutcomeGroup Side(ImmutableArray<ReuseOutcome> runs, Initialization initialization) =>
        new([.. runs.Where(one => one.Run.Run.Initialization == initialization).Select(one => one.Outcome)]);

    private static ReuseScores? Compare(ImmutableArray<ReuseOutcome> runs)
    {
        var permutations = runs.GroupBy(one => one.Run.ShuffleSeed)
            .Select(permutation =>
                (
                    Pretrained: Side([.. permutation], Initialization.Pretrained).Samples.ToImmutableArray(),
                    Random: Side([.. permutation], Initialization.Random).Samples.ToImmutableArray()
                )
            )
            .Where(permutation => !permutation.Pretrained.IsEmpty && !permutation.Random.IsEmpty)
            .ToList();
        return permutations switch
        {
            [] => null,
            [var one] => new(one.Pretrained, one.Random),
            _ => new(
                [.. permutations.Select(one => ScoreSample.Mean(one.Pretrained))],
                [.. permutations.Select(one => ScoreSample.Mean(one.Random))],
                Paired: true
            ),
        };
    }
}
