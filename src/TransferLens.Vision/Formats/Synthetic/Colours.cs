using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>Draws colours. Hues are uniform whatever the class, so that colour does not reveal the class.</summary>
internal static class Colours
{
    /// <summary>A colour of any hue.</summary>
    public static SKColor Any(
        ImageRandom r,
        double leastSaturation,
        double mostSaturation,
        double leastValue,
        double mostValue
    ) =>
        SKColor.FromHsv(
            (float)r.Between(0, 360),
            (float)(100 * r.Between(leastSaturation, mostSaturation)),
            (float)(100 * r.Between(leastValue, mostValue))
        );

    /// <summary>A colour moved towards white (above 0) or black (below 0) by a share of the way.</summary>
    public static SKColor Shade(this SKColor colour, double share)
    {
        var (to, part) = (share > 0 ? 255 : 0, Math.Abs(share));
        byte Moved(byte from) => (byte)(from + ((to - from) * part));
        return new(Moved(colour.Red), Moved(colour.Green), Moved(colour.Blue), colour.Alpha);
    }

    /// <summary>Rec. 601 luma in [0, 1].</summary>
    public static double Luma(this SKColor colour) =>
        ((0.299 * colour.Red) + (0.587 * colour.Green) + (0.114 * colour.Blue)) / 255;
}
