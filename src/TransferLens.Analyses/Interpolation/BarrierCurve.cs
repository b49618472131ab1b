using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.Interpolation;

/// <summary>Performance along the line between two models, and the barrier on it.</summary>
/// <param name="Points">In order of lambda.</param>
/// <param name="Barrier">The largest shortfall on the line.</param>
public sealed record BarrierCurve(ImmutableArray<BarrierPoint> Points, BarrierHeight Barrier)
{
    /// <summary>Finds the barrier on a line. Points outside [0, 1] are kept but do not count.</summary>
    /// <param name="points">Lambda 0 and 1 among them, in any order.</param>
    /// <exception cref="ArgumentException">An end point is missing.</exception>
    public static BarrierCurve FromPoints(IEnumerable<BarrierPoint> points)
    {
        // A NaN loss counts as infinite; Max would skip it.
        ImmutableArray<BarrierPoint> sorted =
        [
            .. points
                .Select(point => double.IsNaN(point.Loss) ? point with { Loss = double.PositiveInfinity } : point)
                .OrderBy(point => point.Lambda),
        ];
        var first = sorted.FirstOrDefault(point => point.Lambda == 0)
            ?? throw new ArgumentException("lambda 0 is missing", nameof(points));
        var last = sorted.FirstOrDefault(point => point.Lambda == 1)
            ?? throw new ArgumentException("lambda 1 is missing", nameof(points));
        var between = sorted.Where(point => point.Lambda is >= 0 and <= 1).ToList();
        var score = between.Max(point => Line(first.Score, last.Score, point.Lambda) - point.Score);
        var loss = between.All(point => double.IsFinite(point.Loss))
            ? between.Max(point => point.Loss - Line(first.Loss, last.Loss, point.Lambda))
            : double.PositiveInfinity;
        return new(sorted, new(score, loss));
    }

    // In this form each end gives its own value to the last bit, so that a barrier is never below 0.
    private static double Line(double first, double last, double lambda) =>
        lambda == 1 ? last : first + (lambda * (last - first));
}

/// <summary>Performance at one point of the line, with 95 % bootstrap intervals over images.</summary>
/// <param name="Lambda">0 at the first model, 1 at the second.</param>
/// <param name="Score">Share of images classified correctly, or the mean AUC of multi-label images.</param>
/// <param name="Loss">Mean loss in nats; null in JSON where it is not finite.</param>
public sealed record BarrierPoint(
    double Lambda,
    double Score,
    [property: JsonConverter(typeof(NullWhenUndefined))] double Loss
)
{
    /// <summary>Lower end of the score's interval; null when it was not measured.</summary>
    public double? ScoreLow { get; init; }

    /// <summary>Upper end of the score's interval; null when it was not measured.</summary>
    public double? ScoreHigh { get; init; }

    /// <summary>Lower end of the loss' interval; null when it was not measured or a loss is not finite.</summary>
    public double? LossLow { get; init; }

    /// <summary>Upper end of the loss' interval; null when it was not measured or a loss is not finite.</summary>
    public double? LossHigh { get; init; }
}

/// <summary>The barrier on a line, with 95 % intervals over images for the largest true shortfall.</summary>
/// <param name="Score">
/// Largest shortfall of the score below the straight line between the end points, in [0, 1].
/// </param>
/// <param name="Loss">
/// Largest excess of the loss above that line, in nats, at least 0. Infinite, and null in JSON, when a loss on the line
/// is not finite.
/// </param>
public sealed record BarrierHeight(double Score, [property: JsonConverter(typeof(NullWhenUndefined))] double Loss)
{
    /// <summary>Lower end of the score's interval, at least 0; 0 where no barrier is detected.</summary>
    public double? ScoreLow { get; init; }

    /// <summary>Upper end of the score's interval.</summary>
    public double? ScoreHigh { get; init; }

    /// <summary>How large a barrier can appear on a line without one, by the draw of the images alone.</summary>
    public double? ScoreNoise { get; init; }

    /// <summary>Lower end of the loss' interval; null when a loss is not finite.</summary>
    public double? LossLow { get; init; }

    /// <summary>Upper end of the loss' interval; null when a loss is not finite.</summary>
    public double? LossHigh { get; init; }

    /// <summary>The same as <see cref="ScoreNoise"/> for the loss.</summary>
    public double? LossNoise { get; init; }

    /// <summary>The barrier in the score with its interval; of no width when only the points are known.</summary>
    [JsonIgnore]
    public Estimate InScore => new(Score, ScoreLow ?? Score, ScoreHigh ?? Score);

    /// <summary>The barrier in the loss with its interval; null when it has none.</summary>
    [JsonIgnore]
    public Estimate? InLoss => LossLow is { } low && LossHigh is { } high ? new(Loss, low, high) : null;
}
