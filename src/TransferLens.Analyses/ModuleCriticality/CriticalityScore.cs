namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>mu of one module: the smallest squared distance from the initial value over squared noise that keeps the error.</summary>
/// <param name="Mu">min of distance^2 / sigma^2 over the map's points with sigma > 0 and error at most eps; null when there is none.</param>
/// <param name="Low">The same with each error lowered by its standard error over draws; null with one draw, or when there is still none.</param>
/// <param name="High">The same with each error raised by it; null with one draw, or when no point is left, so that mu has no upper end.</param>
/// <param name="Position">Where the minimum lies: alpha, or the checkpoint's epoch; null when mu is.</param>
/// <param name="Sigma">The noise there.</param>
/// <param name="AtLargestSigma">The minimum lies at the largest sigma of the grid and is above 0: a larger sigma might give a smaller mu.</param>
/// <param name="Undefined">Why mu is null; null when it is not.</param>
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
    // An error is a count over a count: the margin only undoes rounding.
    private const double Rounding = 1e-9;

    /// <summary>The score of a map.</summary>
    /// <param name="map">The module's map.</param>
    /// <param name="eps">Largest mean error that counts as kept.</param>
    public static CriticalityScore Of(IReadOnlyList<PathPoint> map, double eps)
    {
        var noisy = map.Where(point => point.Sigma > 0).ToList();
        var (low, high) = (Best(-1), Best(1));
        return Best(0) is not { } best
            ? new(
                null,
                low is null ? null : Value(low),
                null,
                null,
                null,
                false,
                "no sigma on the grid keeps the error below eps"
            )
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
