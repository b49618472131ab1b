using ScottPlot;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>
/// Maps a landscape's values to colours and contour levels, logarithmically over a wide positive range.
/// </summary>
internal sealed class LandscapeScale
{
    // Losses range from nearly 0 to tens of nats; a linear scale would show only the largest.
    private const double WideRatio = 20;

    private readonly bool logarithmic;
    private readonly ColourScale colours;

    private LandscapeScale(Extent extent, bool logarithmic)
    {
        (Extent, this.logarithmic) = (extent, logarithmic);
        colours = new ColourScale(logarithmic ? new(Math.Log(extent.From), Math.Log(extent.To)) : extent);
        Levels = logarithmic ? ContourLevels.Logarithmic(extent) : ContourLevels.Even(extent);
    }

    /// <summary>The range of the values.</summary>
    public Extent Extent { get; }

    /// <summary>The values of the contour lines.</summary>
    public double[] Levels { get; }

    /// <summary>The common scale of all panels.</summary>
    public static LandscapeScale FromFigure(Landscape figure)
    {
        double[] values =
        [
            .. figure.Panels.SelectMany(panel => panel.Values).SelectMany(row => row).Where(double.IsFinite),
        ];
        var extent = Extent.FromValues(values);
        return new(extent, values.Length > 0 && extent.From > 0 && extent.To / extent.From > WideRatio);
    }

    /// <summary>The colour of a value.</summary>
    public Color ColourOf(double value) =>
        colours.ColourOf(logarithmic ? Math.Log(Math.Max(value, Extent.From)) : value);

    /// <summary>The position of a value on the scale, in [0, 1].</summary>
    public double Share(double value) =>
        logarithmic
            ? Math.Log(value / Extent.From) / Math.Log(Extent.To / Extent.From)
            : (value - Extent.From) / (Extent.To - Extent.From);

    /// <summary>The value at a position on the scale, the inverse of <see cref="Share"/>.</summary>
    public double At(double share) =>
        logarithmic
            ? Extent.From * Math.Pow(Extent.To / Extent.From, share)
            : Extent.From + (share * (Extent.To - Extent.From));
}
