using System.Collections.Immutable;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>A table in a wrapper that scrolls horizontally on a narrow page.</summary>
internal static class TablePart
{
    private const int MaximumOpenRows = 12;

    // Shown of a long table before it is opened.
    private const int PreviewRows = 3;

    /// <summary>
    /// Renders a table. The numbers of a column have equal decimals, scores are in percent, and an interval is in the
    /// cell of its number.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="id">Its id on the page.</param>
    /// <param name="label">Its number, for example <c>Table 3</c>.</param>
    /// <param name="open">Whether a long table is shown without being opened first.</param>
    public static Html Render(Table table, string id, string label, bool open = false)
    {
        var columns = ShownColumn.Of(table);
        var head = columns.Select(column =>
            column.IsNumber ? TableCells.NumberHeading(column.Heading) : TableCells.Heading(column.Heading)
        );
        var rows = table.Rows.Select(row =>
            TableCells.Row(columns.Select((column, index) => Cell(row, column, index)))
        );
        return Render(id, Html.Format($"<strong>{label}.</strong> {table.Title}"), Html.Join(head), rows, open);
    }

    /// <summary>
    /// Renders a table from markup. Of a long table the first rows are shown unless <paramref name="open"/> is true.
    /// </summary>
    public static Html Render(string id, Html caption, Html head, IEnumerable<Html> rows, bool open = false)
    {
        var all = rows.ToImmutableArray();
        if (open || all.Length <= MaximumOpenRows)
        {
            return Element(id, Html.Format($" id=\"{id}\""), caption, head, all);
        }

        var preview = Element($"{id}-preview", Html.Empty, caption, head, all[..PreviewRows]);
        var whole = Element(id, Html.Empty, caption, head, all);
        return Html.Format(
            $"""
            <div class="preview">{preview}</div>
            <details class="whole" id="{id}"><summary>All {all.Length} rows</summary>
            {whole}</details>

            """
        );
    }

    private static Html Element(string id, Html idAttribute, Html caption, Html head, ImmutableArray<Html> rows) =>
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

    private static Html Cell(ImmutableArray<object?> row, ShownColumn column, int index)
    {
        var text = column.Text(row);
        return (index, column.IsNumber) switch
        {
            (0, true) => Html.Format($"<th scope=\"row\" class=\"number\">{text}</th>"),
            (0, false) => TableCells.RowHeading(text),
            (_, true) => TableCells.Number(text),
            _ => TableCells.Text(text),
        };
    }
}
