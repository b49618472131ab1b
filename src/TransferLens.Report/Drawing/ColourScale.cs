using System.Globalization;
using ScottPlot;
using ScottPlot.Colormaps;

namespace TransferLens.Report.Drawing;

/// <summary>From values to colours: viridis, which reads the same with every kind of colour vision and in grey.</summary>
internal sealed record ColourScale(Extent Extent)
{
    private static readonly Viridis Map = new();

    /// <summary>0 to 1 for values that fill it, such as similarities and accuracies, so that figures compare; else the values' own range.</summary>
    public static ColourScale For(IEnumerable<double> values)
    {
        var own = Extent.Of(values);
        return new ColourScale(own is { From: >= 0, To: > 0.5 and <= 1 } ? new Extent(0, 1) : own);
    }

    public Color Of(double value) => Map.GetColor(Math.Clamp((value - Extent.From) / (Extent.To - Extent.From), 0, 1));

    /// <summary>Black or white, whichever stands out more against the colour.</summary>
    public static Color Ink(Color colour)
    {
        static double Linear(byte part) =>
            part <= 10 ? part / 255.0 / 12.92 : Math.Pow(((part / 255.0) + 0.055) / 1.055, 2.4);
        var luminance = (0.2126 * Linear(colour.R)) + (0.7152 * Linear(colour.G)) + (0.0722 * Linear(colour.B));
        return luminance > 0.179 ? Colors.Black : Colors.White;
    }

    /// <summary>Short enough for a cell; beside larger numbers a small one is 0.00.</summary>
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
