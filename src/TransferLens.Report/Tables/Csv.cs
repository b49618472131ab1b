using System.Globalization;
using System.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tables;

/// <summary>Formats tables as CSV (RFC 4180).</summary>
public static class Csv
{
    /// <summary>
    /// A line of headings and a line per row, separated by CRLF. Fields are quoted if necessary, and numbers have all
    /// their digits. A field is empty for null and for a non-finite number.
    /// </summary>
    /// <param name="table">The table.</param>
    public static string Format(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var text = new StringBuilder();
        Append(text, table.Columns);
        foreach (var row in table.Rows)
        {
            Append(text, row.Select(Text));
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<string> fields) =>
        text.AppendJoin(',', fields.Select(Quote)).Append("\r\n");

    /// <summary>A cell as text; empty for null and for a non-finite number.</summary>
    internal static string Text(object? cell) =>
        cell switch
        {
            null => "",
            double number => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "",
            bool truth => truth ? "true" : "false",
            _ => string.Format(CultureInfo.InvariantCulture, "{0}", cell),
        };

    private static string Quote(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
