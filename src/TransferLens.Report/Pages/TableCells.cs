namespace TransferLens.Report.Pages;

/// <summary>Cells and rows of HTML tables.</summary>
internal static class TableCells
{
    public static Html Heading(string name) => Html.Format($"<th scope=\"col\">{name}</th>");

    public static Html NumberHeading(string name) => Html.Format($"<th scope=\"col\" class=\"number\">{name}</th>");

    public static Html RowHeading(string name) => Html.Format($"<th scope=\"row\">{name}</th>");

    public static Html Text(object? value) => Html.Format($"<td>{value}</td>");

    public static Html Number(object value) => Html.Format($"<td class=\"number\">{value}</td>");

    public static Html Row(params IEnumerable<Html> cells) => Html.Format($"<tr>{cells}</tr>\n");
}
