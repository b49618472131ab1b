using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Interpolation;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The result of a <see cref="BasinTest"/>. Losses are in nats.</summary>
/// <param name="Models">Number of models that span S: 2 for a segment, 3 for a triangle.</param>
/// <param name="Delta">delta, in units of parameter distance.</param>
/// <param name="Draws">Random points of each kind.</param>
/// <param name="Mean">Mean loss on S.</param>
/// <param name="Deviation">
/// Condition 1: mean absolute difference of the loss on S from its mean; the smallest epsilon that can pass.
/// </param>
/// <param name="Boundary">
/// Condition 2: mean excess of the loss at the boundary of S, with noise, over the mean on S.
/// </param>
/// <param name="Beyond">
/// Condition 3: mean excess of the loss beyond the boundary over the mean on S; null where all models are the same, so
/// that no line goes beyond.
/// </param>
/// <param name="Epsilon">
/// The smallest epsilon for which S is an (epsilon, delta)-basin; null when there is none.
/// </param>
/// <param name="Failed">
/// The conditions that failed at <paramref name="Deviation"/>: <c>boundary</c>, <c>beyond</c>, both or none.
/// </param>
public sealed record BasinResult(
    int Models,
    double Delta,
    int Draws,
    BasinEstimate Mean,
    BasinEstimate Deviation,
    BasinExcess Boundary,
    BasinExcess? Beyond,
    double? Epsilon,
    ImmutableArray<string> Failed
);

/// <summary>A mean over random draws.</summary>
/// <param name="Value">The estimate; NaN, null in JSON, where a loss is not finite.</param>
/// <param name="Error">Its standard error over the draws.</param>
public sealed record BasinEstimate(
    [property: JsonConverter(typeof(NullWhenUndefined))] double Value,
    [property: JsonConverter(typeof(NullWhenUndefined))] double Error
)
{
    /// <summary>The mean of identically distributed draws, with its standard error.</summary>
    internal static BasinEstimate Average(IReadOnlyList<double> values)
    {
        // Relative to the first, so that equal values have exactly that mean and no error.
        var mean = values[0] + values.Average(value => value - values[0]);
        var error = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1) / values.Count);
        return double.IsFinite(mean + error) ? new(mean, error) : new(double.NaN, double.NaN);
    }
}

/// <summary>How much the loss rises at or beyond the edge of S.</summary>
/// <param name="Excess">Mean loss there minus the mean on S.</param>
/// <param name="Margin">
/// The excess minus 2 epsilon, where epsilon is <see cref="BasinResult.Deviation"/>; the condition holds where it is
/// not negative.
/// </param>
public sealed record BasinExcess(BasinEstimate Excess, BasinEstimate Margin);

/// <summary>A point at which a basin test evaluates the loss.</summary>
/// <param name="Weights">One for each model; their sum is 1. All in [0, 1] on S, some below 0 beyond it.</param>
/// <param name="Noise">Standard deviation of the Gaussian noise on each parameter; 0 for none.</param>
/// <param name="NoiseSeed">Seed of the noise.</param>
public sealed record BasinPoint(ImmutableArray<double> Weights, double Noise, uint NoiseSeed);
