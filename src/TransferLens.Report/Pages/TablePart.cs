using TransferLens.Findings;

namespace TransferLens.Pages;

/// <summary>A table in a wrapper that scrolls by itself on a narrow page.</summary>
internal static class TablePart
{
    private const int MostOpenRows = 16;

    public static Html Of(Table table, string id)
    {
        var numeric = Enumerable.Range(0, table.Columns.Length)
            .Select(column => table.Rows.All(row => column >= row.Length || row[column] is null or double or long or int))
            .ToArray();
        var head = table.Columns.Select((name, column) => Html.Of($"<th scope=\"col\"{Class(numeric[column])}>{name}</th>"));
        var rows = table.Rows.Select(row => Html.Of($"<tr>{row.Select((cell, column) => Cell(cell, column, numeric))}</tr>\n"));
        return Of(id, Html.Of($"{table.Title}"), Html.Of($"{head}"), rows);
    }

    /// <summary>Caption, headings and rows that are markup already. A long table waits folded until it is asked for.</summary>
    public static Html Of(string id, Html caption, Html head, IEnumerable<Html> rows)
    {
        var all = rows.ToList();
        var table = Whole(id, caption, head, all);
        return all.Count <= MostOpenRows ? table : Html.Of($"<details><summary>{caption} ({all.Count} rows)</summary>\n{table}</details>\n\n");
    }

    private static Html Whole(string id, Html caption, Html head, IEnumerable<Html> rows) => Html.Of($"""
        <div class="scroll" role="region" aria-labelledby="{id}-caption" tabindex="0">
        <table>
        <caption id="{id}-caption"><span>{caption}</span></caption>
        <thead><tr>{head}</tr></thead>
        <tbody>
        {rows}</tbody>
        </table>
        </div>

        """);

    public static string Text(object? cell) => cell switch
    {
        null => NumberText.Absent,
        double number => NumberText.Significant(number),
        bool truth => truth ? "yes" : "no",
        _ => string.Format(null, "{0}", cell),
    };

    private static Html Cell(object? cell, int column, bool[] numeric) => column == 0
        ? Html.Of($"<th scope=\"row\"{Class(column < numeric.Length && numeric[column])}>{Text(cell)}</th>")
        : Html.Of($"<td{Class(column < numeric.Length && numeric[column])}>{Text(cell)}</td>");

    private static Html Class(bool number) => new(number ? " class=\"number\"" : "");
}
