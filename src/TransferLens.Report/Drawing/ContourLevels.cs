using System.Globalization;

namespace TransferLens.Report.Drawing;

/// <summary>Chooses round values for contour lines and formats them.</summary>
internal static class ContourLevels
{
    /// <summary>
    /// Five to nine values, evenly spaced by 1, 2 or 5 times a power of ten, strictly between the ends.
    /// </summary>
    public static double[] Even(Extent extent)
    {
        var rough = (extent.To - extent.From) / 7;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step =
            power
            * (rough / power) switch
            {
                < 1.5 => 1,
                < 3.5 => 2,
                < 7.5 => 5,
                _ => 10,
            };
        var first = (long)Math.Floor(extent.From / step) + 1;
        return
        [
            .. Enumerable
                .Range(0, 12)
                .Select(i => Round((first + i) * step, step))
                .Where(level => level > extent.From && level < extent.To),
        ];
    }

    /// <summary>
    /// 1, 2 and 5 times powers of ten, strictly between the ends; only powers of ten over a wide range. Both ends are
    /// positive.
    /// </summary>
    public static double[] Logarithmic(Extent extent)
    {
        var (low, high) = ((int)Math.Floor(Math.Log10(extent.From)), (int)Math.Ceiling(Math.Log10(extent.To)));
        double[] digits = high - low > 4 ? [1] : [1, 2, 5];
        return
        [
            .. Enumerable
                .Range(low, high - low + 1)
                .SelectMany(power => digits.Select(digit => Round(digit * Math.Pow(10, power), Math.Pow(10, power))))
                .Where(level => level > extent.From && level < extent.To),
        ];
    }

    /// <summary>A level without trailing zeros.</summary>
    public static string Text(double level) =>
        Math.Abs(level) is >= 1e5 or (> 0 and < 1e-3)
            ? level.ToString("0.##e0", CultureInfo.InvariantCulture)
            : level.ToString("0.######", CultureInfo.InvariantCulture);

    private static double Round(double value, double step) =>
        Math.Round(value, Math.Clamp(1 - (int)Math.Floor(Math.Log10(step)), 0, 15));
}
