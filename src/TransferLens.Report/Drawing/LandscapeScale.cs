using ScottPlot;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>From a landscape's values to colours and contour levels; over more than a power of ten, both go by the logarithm.</summary>
internal sealed class LandscapeScale
{
    // Losses run from a valley near 0 to walls of tens: an even scale would show the walls alone.
    private const double WideRatio = 20;

    private readonly bool logarithmic;
    private readonly ColourScale colours;

    private LandscapeScale(Extent extent, bool logarithmic)
    {
        (Extent, this.logarithmic) = (extent, logarithmic);
        colours = new ColourScale(logarithmic ? new(Math.Log(extent.From), Math.Log(extent.To)) : extent);
        Levels = logarithmic ? ContourLevels.Logarithmic(extent) : ContourLevels.Even(extent);
    }

    /// <summary>From the smallest to the largest value.</summary>
    public Extent Extent { get; }

    /// <summary>Where contour lines are drawn.</summary>
    public double[] Levels { get; }

    /// <summary>The scale that all panels share.</summary>
    public static LandscapeScale Of(Landscape figure)
    {
        double[] values =
        [
            .. figure.Panels.SelectMany(panel => panel.Values).SelectMany(row => row).Where(double.IsFinite),
        ];
        var extent = Extent.Of(values);
        return new(extent, values.Length > 0 && extent.From > 0 && extent.To / extent.From > WideRatio);
    }

    /// <summary>The colour of a value.</summary>
    public Color Of(double value) => colours.Of(logarithmic ? Math.Log(Math.Max(value, Extent.From)) : value);

    /// <summary>Where a value lies on the scale, 0 to 1.</summary>
    public double Share(double value) =>
        logarithmic
            ? Math.Log(value / Extent.From) / Math.Log(Extent.To / Extent.From)
            : (value - Extent.From) / (Extent.To - Extent.From);

    /// <summary>The value at a share of the scale.</summary>
    public double At(double share) =>
        logarithmic
            ? Extent.From * Math.Pow(Extent.To / Extent.From, share)
            : Extent.From + (share * (Extent.To - Extent.From));
}
