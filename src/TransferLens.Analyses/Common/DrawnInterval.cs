using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.Common;

/// <summary>The 95 % interval of a number as figures and tables show it.</summary>
internal static class DrawnInterval
{
    /// <summary>The number with its interval; without one, both ends are the number.</summary>
    public static Estimate Drawn(this Effect effect) =>
        effect.HasInterval ? effect.Interval() : new(effect.Value, effect.Value, effect.Value);

    /// <summary>The same for a score: it lies in [0, 1], and a t interval can leave that range.</summary>
    public static Estimate DrawnScore(this Effect score)
    {
        var (value, low, high) = score.Drawn();
        return new(value, Math.Max(0, low), Math.Min(1, high));
    }

    /// <summary>What the intervals of groups of runs cover, for captions; less where a group is a single run.</summary>
    public static string Covered(IEnumerable<OutcomeGroup> groups)
    {
        var covered = groups
            .Select(group => group.MeanScore)
            .OfType<Effect>()
            .OrderByDescending(effect => effect.Runs)
            .Select(EffectWords.Covered)
            .Distinct()
            .ToList();
        return covered switch
        {
            [] => "test images",
            [var all] => all,
            [var most, .. var rest] => $"{most} (of single runs, over {rest[^1]})",
        };
    }
}
