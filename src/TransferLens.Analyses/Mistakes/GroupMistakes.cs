using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Runs that differ only in their seed, without diverged ones.</summary>
/// <param name="Group">The group.</param>
/// <param name="Correct">For each sound run, its share of correct decisions; at least one.</param>
internal sealed record GroupMistakes(RunGroup Group, ImmutableArray<ScoreSample> Correct)
{
    /// <summary>Whether it is the group of a run.</summary>
    public bool Includes(RunPair pair) =>
        Group.Seeds.Any(run => run.Label == pair.First.Label || run.Label == pair.Second!.Label);
}

/// <summary>
/// One group of runs from P next to one from random weights. Of several groups, the first two with equal settings are
/// compared, else the first two: nothing is chosen by its score.
/// </summary>
/// <param name="Pretrained">The group from P.</param>
/// <param name="Random">The group from random weights.</param>
internal sealed record GroupComparison(GroupMistakes Pretrained, GroupMistakes Random)
{
    /// <summary>The level of McNemar's test of a pair.</summary>
    public const double Significant = 0.05;

    /// <summary>Whether both were trained with equal settings.</summary>
    public bool EqualSettings => RunPair.SameRecipe(Pretrained.Group.Seeds[0], Random.Group.Seeds[0]);

    /// <summary>The error rate of the runs from P minus that of the others, both means over seeds.</summary>
    public Effect ErrorRate { get; } = ScoreContrast.Difference(Random.Correct, Pretrained.Correct);

    /// <summary>The groups to compare; null unless there are groups from P and from random weights.</summary>
    public static GroupComparison? Choose(IReadOnlyCollection<GroupMistakes> groups)
    {
        var all = (
            from first in groups.Where(one => one.Group.Initialization == Initialization.Pretrained)
            from second in groups.Where(one => one.Group.Initialization == Initialization.Random)
            select new GroupComparison(first, second)
        ).ToList();
        return all.Find(comparison => comparison.EqualSettings) ?? all.FirstOrDefault();
    }

    /// <summary>The pairs of a run of the one with a run of the other.</summary>
    public ImmutableArray<PairMistakes> Among(IEnumerable<PairMistakes> pairs) =>
        [
            .. pairs.Where(pair =>
                pair is { IsMixed: true, Diverged: false }
                && Pretrained.Includes(pair.Pair)
                && Random.Includes(pair.Pair)
            ),
        ];

    /// <summary>Its form in results.json.</summary>
    /// <param name="counts">What the pairs of the two groups show.</param>
    public JsonObject ToJson(PairCounts counts) =>
        new()
        {
            ["first"] = Pretrained.Group.Label,
            ["second"] = Random.Group.Label,
            ["equalSettings"] = EqualSettings,
            ["errorRate"] = ErrorRate.ToJson(),
            ["fewer"] = counts.Fewer,
            ["more"] = counts.More,
            ["pairs"] = counts.All,
        };
}

/// <summary>
/// In how many pairs the run from P makes significantly fewer or more mistakes: by McNemar's test, or on multi-label
/// images by the interval over images. Pairs share runs, so this count describes and decides nothing.
/// </summary>
/// <param name="Fewer">Pairs in which it makes fewer.</param>
/// <param name="More">Pairs in which it makes more.</param>
/// <param name="All">All pairs.</param>
internal sealed record PairCounts(int Fewer, int More, int All)
{
    /// <summary>Counts mixed pairs.</summary>
    public static PairCounts Of(ImmutableArray<PairMistakes> mixed)
    {
        var signs = mixed.Select(Sign).ToList();
        return new(signs.Count(sign => sign < 0), signs.Count(sign => sign > 0), mixed.Length);
    }

    // The sign of the mistakes of the run from P minus those of the other; 0 unless significant.
    private static int Sign(PairMistakes pair)
    {
        var result = pair.Result;
        var sign = (result.McNemar, result.Difference) switch
        {
            ({ P: < GroupComparison.Significant }, _) => Math.Sign(result.OnlyFirst.Count - result.OnlySecond.Count),
            (_, { IsPositive: true }) => 1,
            (_, { IsNegative: true }) => -1,
            _ => 0,
        };
        return pair.Pair.First.Initialization == Initialization.Pretrained ? sign : -sign;
    }
}
