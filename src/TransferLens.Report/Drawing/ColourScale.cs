using System.Globalization;
using ScottPlot;
using ScottPlot.Colormaps;

namespace TransferLens.Report.Drawing;

/// <summary>Maps values to colours of viridis, which suits every kind of colour vision and greyscale.</summary>
internal sealed record ColourScale(Extent Extent)
{
    private static readonly Viridis Map = new();

    /// <summary>
    /// The range 0 to 1 if the values fill it, as similarities and accuracies do, so that figures are comparable;
    /// otherwise the range of the values.
    /// </summary>
    public static ColourScale FromValues(IEnumerable<double> values)
    {
        var range = Extent.FromValues(values);
        return new ColourScale(range is { From: >= 0, To: > 0.5 and <= 1 } ? new Extent(0, 1) : range);
    }

    /// <summary>The colour of a value.</summary>
    public Color ColourOf(double value) =>
        Map.GetColor(Math.Clamp((value - Extent.From) / (Extent.To - Extent.From), 0, 1));

    /// <summary>Black or white, whichever has more contrast with the colour.</summary>
    public static Color Ink(Color colour)
    {
        static double Linear(byte part) =>
            part <= 10 ? part / 255.0 / 12.92 : Math.Pow(((part / 255.0) + 0.055) / 1.055, 2.4);
        var luminance = (0.2126 * Linear(colour.R)) + (0.7152 * Linear(colour.G)) + (0.0722 * Linear(colour.B));
        return luminance > 0.179 ? Colors.Black : Colors.White;
    }

    /// <summary>A number short enough for a cell. A number that is small on the scale becomes 0.00.</summary>
    public string Number(double value)
    {
        var small = Math.Max(Math.Abs(Extent.From), Math.Abs(Extent.To)) >= 0.01 ? 0 : 0.01;
        var format = Math.Abs(value) switch
        {
            0 => "0.00",
            >= 1e6 => "0.0e0",
            var size when size < small => "0.0e0",
            < 10 => "0.00",
            < 100 => "0.0",
            _ => "0",
        };
        var text = value.ToString(format, CultureInfo.InvariantCulture);
        return text == "-0.00" ? "0.00" : text;
    }
}
