using System.Globalization;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>A value of a figure and where it is drawn, so that a page can tell it to its readers.</summary>
/// <param name="Area">Where, in pixels of the piece; a point has no size.</param>
/// <param name="Series">Label of its series; empty without one.</param>
/// <param name="Place">Where along the axes, for example <c>epoch 3</c> or <c>layer1.0</c>.</param>
/// <param name="Value">The value, in the unit of its axis.</param>
/// <param name="Low">Lower end of its interval; not finite without one.</param>
/// <param name="High">Upper end of its interval; not finite without one.</param>
internal sealed record ShownValue(SKRect Area, string Series, string Place, double Value, double Low, double High)
{
    /// <summary>For example <c>P-T, epoch 3: 71.2 (69.9 to 72.5)</c>.</summary>
    public string Text
    {
        get
        {
            var name = string.Join(", ", new[] { Series, Place }.Where(part => part.Length > 0));
            var interval = double.IsFinite(Low) && double.IsFinite(High) ? $" ({Number(Low)} to {Number(High)})" : "";
            return $"{(name.Length > 0 ? $"{name}: " : "")}{Number(Value)}{interval}";
        }
    }

    /// <summary>A number short enough for a label.</summary>
    public static string Number(double value) =>
        Math.Abs(value) switch
        {
            0 => "0",
            < 0.001 or >= 1e6 => value.ToString("0.00e0", CultureInfo.InvariantCulture),
            < 10 => value.ToString("0.###", CultureInfo.InvariantCulture),
            _ => value.ToString("0.#", CultureInfo.InvariantCulture),
        };
}
