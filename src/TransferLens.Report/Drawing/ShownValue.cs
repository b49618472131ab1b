using System.Collections.Immutable;
using System.Globalization;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>A value of a figure and where it is drawn, so that a page can show it.</summary>
/// <param name="Area">Its area in pixels of the piece; a point has no size.</param>
/// <param name="Series">Label of its series; empty without one.</param>
/// <param name="Position">Its position along the axes, for example <c>epoch 3</c> or <c>layer1.0</c>.</param>
/// <param name="Value">The value, in the unit of its axis.</param>
/// <param name="Low">Lower end of its interval; not finite without one.</param>
/// <param name="High">Upper end of its interval; not finite without one.</param>
internal sealed record ShownValue(SKRect Area, string Series, string Position, double Value, double Low, double High)
{
    /// <summary>For example <c>P-T, epoch 3: 71.2 (69.9 to 72.5)</c>.</summary>
    public string Text
    {
        get
        {
            var name = string.Join(", ", new[] { Series, Position }.Where(part => part.Length > 0));
            var interval = double.IsFinite(Low) && double.IsFinite(High) ? $" ({Number(Low)} to {Number(High)})" : "";
            return $"{(name.Length > 0 ? $"{name}: " : "")}{Number(Value)}{interval}";
        }
    }

    /// <summary>The finite values of a matrix, row by row.</summary>
    /// <param name="values">The matrix.</param>
    /// <param name="area">The area of the cell in a row and a column.</param>
    /// <param name="position">The position of the cell in a row and a column, in words.</param>
    public static IEnumerable<ShownValue> FromMatrix(
        ImmutableArray<ImmutableArray<double>> values,
        Func<int, int, SKRect> area,
        Func<int, int, string> position
    ) =>
        from row in Enumerable.Range(0, values.Length)
        from column in Enumerable.Range(0, values[row].Length)
        let value = values[row][column]
        where double.IsFinite(value)
        select new ShownValue(area(row, column), "", position(row, column), value, double.NaN, double.NaN);

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
