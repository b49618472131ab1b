using System.Globalization;
using System.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tables;

/// <summary>Tables as RFC 4180 wants them: a line of headings, CRLF, quotes where needed; numbers with all their digits.</summary>
internal static class Csv
{
    public static string Of(Table table)
    {
        var text = new StringBuilder();
        Append(text, table.Columns);
        foreach (var row in table.Rows)
        {
            Append(text, row.Select(Text));
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<string> fields) =>
        text.AppendJoin(',', fields.Select(Quoted)).Append("\r\n");

    /// <summary>A cell as text. A missing value is an empty field, as every reader of CSV takes it.</summary>
    public static string Text(object? cell) =>
        cell switch
        {
            null => "",
            double number => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "",
            bool truth => truth ? "true" : "false",
            _ => string.Format(CultureInfo.InvariantCulture, "{0}", cell),
        };

    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
