using System.Collections.Immutable;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>A basin test of a study.</summary>
/// <param name="Set">Which trainings.</param>
/// <param name="Diverged">Whether one of them diverged.</param>
/// <param name="Learned">Whether all are beyond chance, as for a <see cref="PairBarrier"/>.</param>
/// <param name="Basin">What was measured.</param>
internal sealed record TestedBasin(SolutionSet Set, bool Diverged, bool Learned, BasinResult Basin);

/// <summary>Words and the table for <see cref="BasinTest"/>.</summary>
internal static class BasinFindings
{
    // An estimate counts as above or below a bound when this many standard errors lie between.
    private const double Errors = 2;

    /// <summary>One finding for each test.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<TestedBasin> basins) =>
        [.. basins.Where(basin => !basin.Diverged).SelectMany(basin => Finding.On(basin.Set.Target, Of(basin)))];

    private static Finding Of(TestedBasin tested)
    {
        var basin = tested.Basin;
        var shape =
            $"the {(basin.Solutions == 2 ? "segment" : "triangle")} between {tested.Set.Names} on {tested.Set.Target}";
        var numbers =
            $"on it the loss differs from its mean by {Text(basin.Deviation)} nats; at its edge, with noise, it lies {Text(basin.Boundary.Excess)} above that mean, and beyond the edge {(basin.Beyond is null ? "nothing could be measured" : Text(basin.Beyond.Excess))}, at delta = {basin.Delta:0.##}";
        BasinExcess?[] both = [basin.Boundary, basin.Beyond];
        var (sentence, decided) =
            !tested.Learned
                ? (
                    $"Nothing can be said of whether {shape} is a basin: not all of them are {tested.Set.Metric.BeyondChance}",
                    false
                )
            : both.Any(excess => excess is null || double.IsNaN(excess.Margin.Value))
                ? (
                    $"Whether {shape} is a basin is undefined: a loss was not finite, or the solutions are the same",
                    false
                )
            : both.Any(excess => excess!.Margin.Value < -Errors * excess.Margin.Error)
                ? (
                    $"By the paper's definition {shape} is no basin, since the loss does not rise past its edge by twice what it differs on it: {numbers}",
                    true
                )
            : both.All(excess => excess!.Margin.Value > Errors * excess.Margin.Error)
                ? (
                    $"By the paper's definition {shape} is a basin, epsilon = {basin.Deviation.Value:0.000}: {numbers}",
                    true
                )
            : ($"Whether {shape} is a basin is not decided by {basin.Draws} draws: {numbers}", false);
        var evidence = new[]
        {
            Evidence("mean loss on it", basin.Mean),
            Evidence("mean difference from it, epsilon", basin.Deviation),
            Evidence("excess at the edge, with noise", basin.Boundary.Excess),
            Evidence("excess beyond the edge", basin.Beyond?.Excess),
        };
        return new(
            "performance_barrier",
            $"{sentence}.",
            decided && basin.Solutions > 2 ? Confidence.Medium : Confidence.Low,
            [.. evidence.OfType<Evidence>()]
        );
    }

    private static Evidence? Evidence(string name, BasinEstimate? estimate) =>
        estimate is null || double.IsNaN(estimate.Value)
            ? null
            : new(
                $"{name}, with {Errors} standard errors over draws",
                estimate.Value,
                estimate.Value - (Errors * estimate.Error),
                estimate.Value + (Errors * estimate.Error),
                "nats"
            );

    private static string Text(BasinEstimate estimate) =>
        double.IsNaN(estimate.Value) ? "an undefined number of" : $"{estimate.Value:0.000} ± {estimate.Error:0.000}";

    /// <summary>One row a test.</summary>
    public static Table Table(ImmutableArray<TestedBasin> basins) =>
        new(
            "performance_barrier-basins",
            "Basin tests; losses in nats, errors are standard errors over draws, delta is in parameter distance",
            [
                "target",
                "solutions",
                "delta",
                "draws",
                "mean loss",
                "difference (1)",
                "error of (1)",
                "excess at the edge (2)",
                "error of (2)",
                "excess beyond (3)",
                "error of (3)",
                "epsilon",
                "failed",
            ],
            [
                .. basins
                    .Select(tested => tested.Basin)
                    .Zip(basins, (basin, tested) =>
                        (ImmutableArray<object?>)
                            [
                                tested.Set.Target,
                                tested.Set.Names,
                                basin.Delta,
                                (long)basin.Draws,
                                Finite(basin.Mean.Value),
                                Finite(basin.Deviation.Value),
                                Finite(basin.Deviation.Error),
                                Finite(basin.Boundary.Excess.Value),
                                Finite(basin.Boundary.Excess.Error),
                                Finite(basin.Beyond?.Excess.Value),
                                Finite(basin.Beyond?.Excess.Error),
                                basin.Epsilon,
                                string.Join(" and ", basin.Failed),
                            ]
                    ),
            ]
        );

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
