using TransferLens.Report.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>A table in a wrapper that scrolls horizontally on a narrow page.</summary>
internal static class TablePart
{
    private const int MaximumOpenRows = 12;

    /// <summary>Renders a table; the numbers of a column have equal decimals.</summary>
    /// <param name="table">The table.</param>
    /// <param name="id">Its id on the page.</param>
    /// <param name="label">Its number, for example <c>Table 3</c>.</param>
    /// <param name="open">Whether a long table is shown without being opened first.</param>
    public static Html Render(Table table, string id, string label, bool open = false)
    {
        var columns = Enumerable.Range(0, table.Columns.Length).ToArray();
        bool[] numeric = [.. columns.Select(column => Cells(table, column).All(IsNumberOrNull))];
        int?[] decimals = [.. columns.Select(column => NumberText.Decimals(Cells(table, column).OfType<double>()))];
        var head = table.Columns.Select(
            (name, column) => numeric[column] ? TableCells.NumberHeading(name) : TableCells.Heading(name)
        );
        var rows = table.Rows.Select(row =>
            TableCells.Row(row.Select((cell, column) => Cell(cell, column, numeric, decimals)))
        );
        return Render(id, Html.Format($"<strong>{label}.</strong> {table.Title}"), Html.Join(head), rows, open);
    }

    /// <summary>
    /// Renders a table from markup. A long table is collapsed unless <paramref name="open"/> is true.
    /// </summary>
    public static Html Render(string id, Html caption, Html head, IEnumerable<Html> rows, bool open = false)
    {
        var all = rows.ToList();
        if (open || all.Count <= MaximumOpenRows)
        {
            return Element(id, Html.Format($" id=\"{id}\""), caption, head, all);
        }

        var table = Element(id, Html.Empty, caption, head, all);
        return Html.Format(
            $"<details id=\"{id}\"><summary>{caption} ({all.Count} rows)</summary>\n{table}</details>\n\n"
        );
    }

    private static Html Element(string id, Html idAttribute, Html caption, Html head, IEnumerable<Html> rows) =>
        Html.Format(
            $"""
            <div{idAttribute} class="scroll" role="region" aria-labelledby="{id}-caption" tabindex="0">
            <table class="data">
            <caption id="{id}-caption"><span>{caption}</span></caption>
            <thead><tr>{head}</tr></thead>
            <tbody>
            {rows}</tbody>
            </table>
            </div>

            """
        );

    private static IEnumerable<object?> Cells(Table table, int column) =>
        table.Rows.Where(row => column < row.Length).Select(row => row[column]);

    private static bool IsNumberOrNull(object? cell) => cell is null or double or long or int;

    private static string Text(object? cell, int? decimals) =>
        cell switch
        {
            null => NumberText.Absent,
            double number => decimals is { } count ? NumberText.Fixed(number, count) : NumberText.Significant(number),
            bool truth => truth ? "yes" : "no",
            _ => string.Format(null, "{0}", cell),
        };

    private static Html Cell(object? cell, int column, bool[] numeric, int?[] decimals)
    {
        var text = Text(cell, column < decimals.Length ? decimals[column] : null);
        var isNumber = column < numeric.Length && numeric[column];
        return (column, isNumber) switch
        {
            (0, true) => Html.Format($"<th scope=\"row\" class=\"number\">{text}</th>"),
            (0, false) => TableCells.RowHeading(text),
            (_, true) => TableCells.Number(text),
            _ => TableCells.Text(text),
        };
    }
}
