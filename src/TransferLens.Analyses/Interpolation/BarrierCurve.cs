using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.Interpolation;

/// <summary>Performance along the line between two solutions, and the barrier on it.</summary>
/// <param name="Points">In order of lambda.</param>
/// <param name="Score">Largest shortfall of the score, accuracy or mean AUC, below the straight line between the end points, in [0, 1].</param>
/// <param name="Loss">Largest excess of loss above that line, in nats, at least 0; infinite when a loss on the line is not finite.</param>
public sealed record BarrierCurve(ImmutableArray<BarrierPoint> Points, double Score, double Loss)
{
    /// <summary>What the images leave uncertain of <see cref="Score"/>; null when only the points are known.</summary>
    public BarrierInterval? ScoreInterval { get; init; }

    /// <summary>The same of <see cref="Loss"/>; null too when a loss is not finite.</summary>
    public BarrierInterval? LossInterval { get; init; }

    /// <summary>The barrier in the score with its 95 % interval over images.</summary>
    [JsonIgnore]
    public Estimate Barrier => new(Score, ScoreInterval?.Low ?? Score, ScoreInterval?.High ?? Score);

    /// <summary>Measures the barrier on a curve that holds lambda 0 and 1. Points outside [0, 1] are kept and not counted.</summary>
    /// <exception cref="ArgumentException">An end point is missing.</exception>
    public static BarrierCurve Of(IEnumerable<BarrierPoint> points)
    {
        // A loss that is no number is as bad as one without bound; Max would pass over it.
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
        return new(
            sorted,
            between.Max(point => Line(first.Score, last.Score, point.Lambda) - point.Score),
            between.All(point => double.IsFinite(point.Loss))
                ? between.Max(point => point.Loss - Line(first.Loss, last.Loss, point.Lambda))
                : double.PositiveInfinity
        );
    }

    // Written so that the end points give their own value to the last bit, and a barrier is never below 0.
    private static double Line(double first, double last, double lambda) =>
        lambda == 1 ? last : first + (lambda * (last - first));
}

/// <summary>Performance at one point of the line.</summary>
/// <param name="Lambda">0 at the first solution, 1 at the second.</param>
/// <param name="Score">Share of images classified right, or the mean AUC where images may show several labels.</param>
/// <param name="Loss">Mean loss in nats.</param>
public sealed record BarrierPoint(double Lambda, double Score, double Loss)
{
    /// <summary>The score with its 95 % bootstrap interval over images; null when it is not known.</summary>
    public Estimate? ScoreInterval { get; init; }

    /// <summary>The loss with its interval; null when it is not known or a loss on the line is not finite.</summary>
    public Estimate? LossInterval { get; init; }
}
