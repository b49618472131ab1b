using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// Fine-tuned models and models trained from scratch on one target: what rewinding a module costs, averaged over the
/// modules before the head.
/// </summary>
/// <param name="Pretrained">The runs from P.</param>
/// <param name="Random">The runs from random weights.</param>
internal sealed record CriticalityComparison(CriticalityGroup Pretrained, CriticalityGroup Random)
{
    /// <summary>The mean loss of the runs from P.</summary>
    public Effect First => ScoreContrast.Mean(Pretrained.Losses!.MeanBeforeHead);

    /// <summary>The mean loss of the runs from random weights.</summary>
    public Effect Second => ScoreContrast.Mean(Random.Losses!.MeanBeforeHead);

    /// <summary>The first minus the second.</summary>
    public Effect Difference { get; } =
        ScoreContrast.Difference(Pretrained.Losses!.MeanBeforeHead, Random.Losses!.MeanBeforeHead);

    /// <summary>Whether both were trained with equal settings.</summary>
    public bool HasSameRecipe => AreAlike(Pretrained, Random);

    /// <summary>
    /// The comparison on a target: of the first two groups with equal settings, else of the first group of each kind;
    /// null where one is missing or did not learn.
    /// </summary>
    /// <param name="target">The groups of runs on the target.</param>
    public static CriticalityComparison? Of(IEnumerable<CriticalityGroup> target)
    {
        var known = target.Where(group => group.HasLearned && !group.Losses!.BeforeHead.IsEmpty).ToList();
        var pairs = (
            from first in known
            where first.Group.Initialization == Initialization.Pretrained
            from second in known
            where second.Group.Initialization == Initialization.Random
            select (First: first, Second: second)
        ).ToList();
        if (pairs.Count == 0)
        {
            return null;
        }

        var (one, other) = pairs.Where(pair => AreAlike(pair.First, pair.Second)).Append(pairs[0]).First();
        return new(one, other);
    }

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["training"] = Random.Group.Label,
            ["sameRecipe"] = HasSameRecipe,
            ["difference"] = Difference.ToJson(),
        };

    private static bool AreAlike(CriticalityGroup one, CriticalityGroup other) =>
        RunPair.SameRecipe(one.Group.Seeds[0], other.Group.Seeds[0]);
}
