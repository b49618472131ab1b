namespace TransferLens.Analyses.Statistics;

/// <summary>How many more test images would decide a question that these leave open.</summary>
public static class SampleSize
{
    // More than this is no advice.
    private const double Most = 1e6;

    /// <summary>
    /// The number of further test images at which a two-sided 95 % interval would exclude 0, if the number and the
    /// spread between seeds stay as they are. The variance over images falls with their number, that over seeds does not.
    /// </summary>
    /// <param name="effect">The number.</param>
    /// <returns>
    /// 0 when it is decided; null when no number of images decides it: seeds vary too much, or the number is nearly 0.
    /// </returns>
    public static int? MoreImages(Effect effect)
    {
        ArgumentNullException.ThrowIfNull(effect);
        return effect.IsDetected ? 0 : MoreImages(effect, Math.Abs(effect.Value), StudentT.TwoSided);
    }

    /// <summary>The number of further test images at which an option would be shown to be no worse.</summary>
    /// <param name="effect">Its score minus that of the reference.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <returns>As above.</returns>
    public static int? MoreImagesForMargin(Effect effect, double margin)
    {
        ArgumentNullException.ThrowIfNull(effect);
        return effect.IsNoWorse(margin) ? 0 : MoreImages(effect, effect.Value + margin, StudentT.OneSided);
    }

    private static int? MoreImages(Effect effect, double distance, Func<double, double, double> quantile)
    {
        var seeds = effect.HasSpread
            ? quantile(Effect.Alpha, effect.SpreadDegreesOfFreedom) * Math.Sqrt(effect.SeedVariance)
            : 0;
        if (effect.ImageVariance <= 0 || distance <= seeds)
        {
            return null;
        }

        var images = effect.ImageDegreesOfFreedom + 1;
        var allowed = distance / quantile(Effect.Alpha, double.PositiveInfinity);
        var room = (allowed * allowed) - effect.SeedVariance;
        var more = room > 0 ? (images * effect.ImageVariance / room) - images : double.PositiveInfinity;
        return more < Most ? (int)Math.Ceiling(Math.Max(1, more)) : null;
    }
}
