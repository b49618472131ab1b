namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// mu of one module: the smallest squared distance from the initial value over squared noise that keeps the error at
/// most eps.
/// </summary>
/// <param name="Mu">
/// min of distance^2 / sigma^2 over the map's points with sigma > 0 and error at most eps; null if there is none.
/// </param>
/// <param name="Low">
/// mu with each error lowered by its standard error over draws; null for a single draw, or if still undefined.
/// </param>
/// <param name="High">
/// mu with each error raised by it; null for a single draw, or if no point is left, so that mu has no upper end.
/// </param>
/// <param name="Position">Position of the minimum: alpha, or the epoch; null if mu is.</param>
/// <param name="Sigma">Noise at the minimum; null if mu is.</param>
/// <param name="AtLargestSigma">
/// Whether the minimum is at the largest sigma of the grid and above 0: a larger sigma might give a smaller mu.
/// </param>
/// <param name="Undefined">Why mu is null; null if it is not.</param>
public sealed record CriticalityScore(
    double? Mu,
    double? Low,
    double? High,
    double? Position,
    double? Sigma,
    bool AtLargestSigma,
    string? Undefined
)
{
    // An error is a ratio of counts, so this margin only absorbs rounding.
    private const double Rounding = 1e-9;

    /// <summary>Computes mu from a map.</summary>
    /// <param name="map">The module's map.</param>
    /// <param name="eps">Largest mean error allowed.</param>
    public static CriticalityScore FromMap(IReadOnlyList<PathPoint> map, double eps)
    {
        var noisy = map.Where(point => point.Sigma > 0).ToList();
        var (low, high) = (Best(-1), Best(1));
        return Best(0) is not { } best
            ? new(null, low is null ? null : Value(low), null, null, null, false, CriticalityWords.NoSigma)
            : new(
                Value(best),
                low is null ? null : Value(low),
                high is null ? null : Value(high),
                best.Position,
                best.Sigma,
                Value(best) > 0 && best.Sigma == noisy.Max(point => point.Sigma),
                null
            );

        PathPoint? Best(int errors) =>
            noisy
                .Where(point =>
                    errors == 0
                        ? point.Error <= eps + Rounding
                        : point.Error + (errors * point.StandardError) <= eps + Rounding
                )
                .OrderBy(Value)
                .ThenByDescending(point => point.Sigma)
                .FirstOrDefault();
    }

    private static double Value(PathPoint point) => point.Distance / point.Sigma * (point.Distance / point.Sigma);
}
