using TransferLens.Report.Content;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Pages;

/// <summary>A table in a wrapper that scrolls by itself on a narrow page.</summary>
internal static class TablePart
{
    private const int MostOpenRows = 12;

    public static Html Of(Table table, string id, string label, bool open = false)
    {
        var numeric = Enumerable
            .Range(0, table.Columns.Length)
            .Select(column =>
                table.Rows.All(row => column >= row.Length || row[column] is null or double or long or int)
            )
            .ToArray();
        var decimals = Enumerable
            .Range(0, table.Columns.Length)
            .Select(column =>
                NumberText.Decimals(
                    table.Rows.Where(row => column < row.Length).Select(row => row[column]).OfType<double>()
                )
            )
            .ToArray();
        var head = table.Columns.Select(
            (name, column) => Html.Of($"<th scope=\"col\"{Class(numeric[column])}>{name}</th>")
        );
        var rows = table.Rows.Select(row =>
            Html.Of($"<tr>{row.Select((cell, column) => Cell(cell, column, numeric, decimals))}</tr>\n")
        );
        return Of(id, Html.Of($"<strong>{label}.</strong> {table.Title}"), Html.Of($"{head}"), rows, open);
    }

    /// <summary>Caption, headings and rows that are markup already. A long table waits folded until it is asked for, unless it is to be open.</summary>
    public static Html Of(string id, Html caption, Html head, IEnumerable<Html> rows, bool open = false)
    {
        var all = rows.ToList();
        var folded = !open && all.Count > MostOpenRows;
        var table = Integer(id, folded ? Html.Empty : Html.Of($" id=\"{id}\""), caption, head, all);
        return !folded
            ? table
            : Html.Of($"<details id=\"{id}\"><summary>{caption} ({all.Count} rows)</summary>\n{table}</details>\n\n");
    }

    private static Html Integer(string id, Html place, Html caption, Html head, IEnumerable<Html> rows) =>
        Html.Of(
            $"""
            <div{place} class="scroll" role="region" aria-labelledby="{id}-caption" tabindex="0">
            <table>
            <caption id="{id}-caption"><span>{caption}</span></caption>
            <thead><tr>{head}</tr></thead>
            <tbody>
            {rows}</tbody>
            </table>
            </div>

            """
        );

    private static string Text(object? cell, int? decimals) =>
        cell switch
        {
            null => NumberText.Absent,
            double number => decimals is { } places ? NumberText.Fixed(number, places) : NumberText.Significant(number),
            bool truth => truth ? "yes" : "no",
            _ => string.Format(null, "{0}", cell),
        };

    private static Html Cell(object? cell, int column, bool[] numeric, int?[] decimals)
    {
        var text = Text(cell, column < decimals.Length ? decimals[column] : null);
        var kind = Class(column < numeric.Length && numeric[column]);
        return column == 0 ? Html.Of($"<th scope=\"row\"{kind}>{text}</th>") : Html.Of($"<td{kind}>{text}</td>");
    }

    private static Html Class(bool number) => new(number ? " class=\"number\"" : "");
}
