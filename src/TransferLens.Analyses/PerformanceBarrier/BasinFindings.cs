using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Words = TransferLens.Analyses.PerformanceBarrier.BarrierWords.Basin;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// Decides what the basin tests support. A condition is met if the 95 % interval of its margin, the excess minus 2
/// epsilon, is above 0, and fails if it is below. All conditions must be met for a basin (p is the largest of theirs);
/// one that fails is enough for none (p is the smallest, times their number). Intervals are normal, over the draws: the
/// models and test images are fixed, so a verdict is at most medium.
/// </summary>
internal static class BasinFindings
{
    private enum Verdict
    {
        NotLearned,
        Undefined,
        NoBasin,
        Basin,
        Undecided,
    }

    /// <summary>One finding for each test.</summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<TestedBasin> basins) =>
        [.. basins.Where(basin => !basin.Diverged).SelectMany(basin => Finding.On(basin.Target, Find(basin)))];

    private static Finding Find(TestedBasin tested)
    {
        var (basin, (verdict, p)) = (tested.Basin, Decide(tested));
        Evidence?[] evidence =
        [
            Evidence(Words.MeanLoss, basin.Mean),
            Evidence(Words.Deviation, basin.Deviation),
            Evidence(Words.ExcessAtEdge, basin.Boundary.Excess),
            Evidence(Words.ExcessBeyond, basin.Beyond?.Excess),
        ];
        return new(
            "performance_barrier",
            Sentence(verdict, tested),
            new Decision(p, basin.Models) { CoversSeeds = false },
            [.. evidence.OfType<Evidence>()]
        )
        {
            Detail = verdict is Verdict.NotLearned or Verdict.Undefined ? null : Words.Numbers(basin),
        };
    }

    private static string Sentence(Verdict verdict, TestedBasin tested)
    {
        var models = Words.Models(tested.Set.Names, tested.Target);
        return verdict switch
        {
            Verdict.NotLearned => Words.NotLearned(models, tested.Set.Metric),
            Verdict.Undefined => Words.Undefined(models),
            Verdict.NoBasin => Words.NoBasin(models),
            Verdict.Basin => Words.IsBasin(models, tested.Basin.Deviation),
            _ => Words.Undecided(models, tested.Basin.Draws),
        };
    }

    private static (Verdict Verdict, double P) Decide(TestedBasin tested)
    {
        if (!tested.Learned)
        {
            return (Verdict.NotLearned, 1);
        }

        if (tested.Basin.Beyond is not { Margin: var beyond })
        {
            return (Verdict.Undefined, 1);
        }

        BasinEstimate[] margins = [tested.Basin.Boundary.Margin, beyond];
        if (margins.Any(margin => double.IsNaN(margin.Value)))
        {
            return (Verdict.Undefined, 1);
        }

        var met = margins.Max(margin => TwoSidedP(margin.Value, margin.Error));
        var failed = Math.Min(1, margins.Length * margins.Min(margin => TwoSidedP(-margin.Value, margin.Error)));
        return failed < Decision.Alpha ? (Verdict.NoBasin, failed)
            : met < Decision.Alpha ? (Verdict.Basin, met)
            : (Verdict.Undecided, Math.Min(met, failed));
    }

    // 1 for a value that is not above 0.
    private static double TwoSidedP(double value, double error) =>
        value <= 0 ? 1
        : error > 0 ? 2 * StudentT.Above(value / error, double.PositiveInfinity)
        : 0;

    private static Evidence? Evidence(string name, BasinEstimate? estimate)
    {
        if (estimate is null || double.IsNaN(estimate.Value))
        {
            return null;
        }

        var half = StudentT.TwoSided(Decision.Alpha, double.PositiveInfinity) * estimate.Error;
        return new(Words.OverDraws(name), estimate.Value, estimate.Value - half, estimate.Value + half, "nats");
    }
}
