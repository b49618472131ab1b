using System.Collections.Immutable;
using TransferLens.Studies.Findings;
using Words = TransferLens.Analyses.PerformanceBarrier.BarrierWords.Basin;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>Decides what the basin tests support.</summary>
internal static class BasinFindings
{
    // An estimate counts as above or below a bound when they are this many standard errors apart.
    private const double Errors = 2;

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
        var (basin, verdict) = (tested.Basin, Decide(tested));
        var decided = verdict is Verdict.Basin or Verdict.NoBasin;
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
            decided && basin.Models > 2 ? Confidence.Medium : Confidence.Low,
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

    private static Verdict Decide(TestedBasin tested)
    {
        if (!tested.Learned)
        {
            return Verdict.NotLearned;
        }

        if (tested.Basin.Beyond is not { Margin: var beyond })
        {
            return Verdict.Undefined;
        }

        BasinEstimate[] margins = [tested.Basin.Boundary.Margin, beyond];
        if (margins.Any(margin => double.IsNaN(margin.Value)))
        {
            return Verdict.Undefined;
        }

        return margins.Any(margin => margin.Value < -Errors * margin.Error) ? Verdict.NoBasin
            : margins.All(margin => margin.Value > Errors * margin.Error) ? Verdict.Basin
            : Verdict.Undecided;
    }

    private static Evidence? Evidence(string name, BasinEstimate? estimate) =>
        estimate is null || double.IsNaN(estimate.Value)
            ? null
            : new(
                Words.WithErrors(name, Errors),
                estimate.Value,
                estimate.Value - (Errors * estimate.Error),
                estimate.Value + (Errors * estimate.Error),
                "nats"
            );
}
