using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tables;

/// <summary>A column of a table with one type for all cells.</summary>
/// <param name="Name">The heading, unique in the table.</param>
/// <param name="Type">
/// <c>bool</c>, <c>long</c> or <c>double</c> if all cells other than null have this type; integers among fractions
/// become <c>double</c>. Otherwise <c>string</c>, also if all cells are null.
/// </param>
/// <param name="Cells">The cells; null for missing cells and non-finite numbers, as in CSV.</param>
internal sealed record Column(string Name, Type Type, ImmutableArray<object?> Cells)
{
    /// <summary>The columns of a table, from left to right.</summary>
    public static ImmutableArray<Column> FromTable(Table table)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return [.. table.Columns.Select(Create)];

        Column Create(string heading, int index)
        {
            ImmutableArray<object?> cells =
            [
                .. table.Rows.Select(row => index < row.Length ? FiniteOrNull(row[index]) : null),
            ];
            var types = cells.OfType<object>().Select(cell => cell.GetType()).Distinct();
            return new(Unique(heading, names), CommonType([.. types]), cells);
        }
    }

    /// <summary>The cells of a column of numbers or Booleans.</summary>
    public T?[] As<T>()
        where T : struct, IConvertible =>
        [
            .. Cells.Select(cell =>
                cell is null ? (T?)null : (T)Convert.ChangeType(cell, typeof(T), CultureInfo.InvariantCulture)
            ),
        ];

    /// <summary>The cells as text.</summary>
    public string?[] Texts() => [.. Cells.Select(cell => cell is null ? null : Csv.Text(cell))];

    private static object? FiniteOrNull(object? cell) =>
        cell is double number && !double.IsFinite(number) ? null : cell;

    private static Type CommonType(ImmutableArray<Type> types)
    {
        if (types is [var only] && only == typeof(bool))
        {
            return typeof(bool);
        }

        if (types.IsEmpty || !types.All(IsNumber))
        {
            return typeof(string);
        }

        return types.Contains(typeof(double)) ? typeof(double) : typeof(long);
    }

    private static bool IsNumber(Type type) => type == typeof(double) || type == typeof(long) || type == typeof(int);

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
