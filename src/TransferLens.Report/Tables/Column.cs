using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tables;

/// <summary>A column of a table, with one type for all its cells.</summary>
/// <param name="Name">Its heading; unique in its table.</param>
/// <param name="Type">
/// <c>bool</c>, <c>long</c> or <c>double</c> when all cells that are there are of it, whole numbers among others being
/// <c>double</c>; <c>string</c> otherwise, and when no cell is there.
/// </param>
/// <param name="Cells">Its cells; null where there is none, and for a number that is not finite, as in CSV.</param>
internal sealed record Column(string Name, Type Type, ImmutableArray<object?> Cells)
{
    /// <summary>The columns of a table, left to right.</summary>
    public static ImmutableArray<Column> Of(Table table)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. table.Columns.Select(
                (heading, place) =>
                {
                    ImmutableArray<object?> cells =
                    [
                        .. table.Rows.Select(row => place < row.Length ? Finite(row[place]) : null),
                    ];
                    return new Column(
                        Unique(heading, names),
                        TypeOf([.. cells.OfType<object>().Select(cell => cell.GetType()).Distinct()]),
                        cells
                    );
                }
            ),
        ];
    }

    /// <summary>The cells of a column of numbers or truths.</summary>
    public T?[] As<T>()
        where T : struct, IConvertible =>
        [
            .. Cells.Select(cell =>
                cell is null ? (T?)null : (T)Convert.ChangeType(cell, typeof(T), CultureInfo.InvariantCulture)
            ),
        ];

    /// <summary>The cells as text.</summary>
    public string?[] Texts() => [.. Cells.Select(cell => cell is null ? null : Csv.Text(cell))];

    private static object? Finite(object? cell) => cell is double number && !double.IsFinite(number) ? null : cell;

    private static Type TypeOf(ImmutableArray<Type> types) =>
        types is [var one] && one == typeof(bool) ? typeof(bool)
        : types.IsEmpty || types.Any(type => type != typeof(double) && type != typeof(long) && type != typeof(int))
            ? typeof(string)
        : types.Contains(typeof(double)) ? typeof(double)
        : typeof(long);

    private static string Unique(string heading, HashSet<string> names)
    {
        var name = heading;
        for (var number = 2; !names.Add(name); number++)
        {
            name = $"{heading} ({number})";
        }

        return name;
    }
}
