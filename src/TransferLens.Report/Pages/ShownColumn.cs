using System.Collections.Immutable;
using TransferLens.Report.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>A column as a page shows it: a number with its interval is one column.</summary>
/// <param name="Heading">Its heading, with its unit where it is not that of the table's files.</param>
/// <param name="IsNumber">Whether it contains only numbers.</param>
/// <param name="Text">The text of its cell in a row.</param>
internal sealed record ShownColumn(string Heading, bool IsNumber, Func<ImmutableArray<object?>, string> Text)
{
    /// <summary>The columns of a table.</summary>
    public static ImmutableArray<ShownColumn> Of(Table table)
    {
        var shown = ImmutableArray.CreateBuilder<ShownColumn>();
        for (var i = 0; i < table.Columns.Length; i++)
        {
            var hasInterval = i + 2 < table.Columns.Length && HasNumbers(table, i) && IsInterval(table, i + 1);
            shown.Add(Create(table, i, hasInterval));
            i += hasInterval ? 2 : 0;
        }

        return shown.ToImmutable();
    }

    private static ShownColumn Create(Table table, int column, bool hasInterval)
    {
        var name = table.Columns[column];
        if (!HasNumbers(table, column))
        {
            return new(name, false, row => Plain(At(row, column), null));
        }

        var inPercent = table.Percent.Contains(name);
        var inPoints = table.Points.Contains(name);
        int[] parts = hasInterval ? [column, column + 1, column + 2] : [column];
        var decimals = NumberText.Decimals(parts.SelectMany(part => Cells(table, part)).OfType<double>());
        Func<object?, string> number =
            inPercent ? value => value is double fraction ? NumberText.Percent(fraction) : Plain(value, null)
            : inPoints ? value => value is double fraction ? Signed(fraction) : Plain(value, null)
            : value => Plain(value, decimals);
        var heading =
            inPercent ? $"{name}, %"
            : inPoints ? $"{name}, points"
            : name;
        return new(hasInterval ? $"{heading} ({table.Interval})" : heading, true, row =>
            hasInterval ? WithInterval(row, column, inPercent, number) : number(At(row, column))
        );
    }

    // A number without an interval has none, or two ends that are the number.
    private static string WithInterval(
        ImmutableArray<object?> row,
        int column,
        bool inPercent,
        Func<object?, string> number
    )
    {
        var (value, low, high) = (At(row, column), At(row, column + 1), At(row, column + 2));
        if ((low, high) is (null, null) || (Equals(low, value) && Equals(high, value)))
        {
            return number(value);
        }

        return $"{number(value)} ({End(low)} to {End(high)})";

        // A t interval can leave the scores that there are.
        string End(object? end) =>
            end is null ? "open"
            : inPercent && value is >= 0.0 and <= 1.0 && end is double fraction ? number(Math.Clamp(fraction, 0, 1))
            : number(end);
    }

    private static bool IsInterval(Table table, int low) =>
        table.Columns[low].EndsWith("low", StringComparison.Ordinal)
        && table.Columns[low + 1].EndsWith("high", StringComparison.Ordinal)
        && HasNumbers(table, low)
        && HasNumbers(table, low + 1);

    private static bool HasNumbers(Table table, int column) =>
        Cells(table, column).All(cell => cell is null or double or long or int);

    private static IEnumerable<object?> Cells(Table table, int column) => table.Rows.Select(row => At(row, column));

    private static object? At(ImmutableArray<object?> row, int column) => column < row.Length ? row[column] : null;

    private static string Signed(double fraction) =>
        NumberText.Percent(fraction) is var text && fraction > 0 && text != "0.0"
            ? $"+{text}"
            : NumberText.Percent(fraction);

    private static string Plain(object? cell, int? decimals) =>
        cell switch
        {
            null => NumberText.Absent,
            double number => decimals is { } count ? NumberText.Fixed(number, count) : NumberText.Significant(number),
            bool truth => truth ? "yes" : "no",
            _ => string.Format(null, "{0}", cell),
        };
}
