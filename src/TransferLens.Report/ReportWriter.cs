using System.Text;
using TransferLens.Report.Content;
using TransferLens.Report.Drawing;
using TransferLens.Report.Pages;
using TransferLens.Report.Tables;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Report;

/// <summary>Writes a report into a run's folder.</summary>
public static class ReportWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>
    /// Writes <c>report.html</c> (one file without scripts that asks for nothing from outside), <c>figures/NAME.svg</c> and
    /// <c>.png</c> (twice the size), <c>tables/NAME.csv</c> <c>.parquet</c>, and <c>provenance.csv</c>. Each file appears whole, by a rename; <c>report.html</c> last. A
    /// name's characters other than letters, digits, '.', '_' and '-' become '_', and equal names are numbered.
    /// </summary>
    /// <param name="content">What to show.</param>
    /// <param name="folder">The run's folder, made when missing; other files in it stay.</param>
    /// <returns>Path of <c>report.html</c>.</returns>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static string Write(ReportContent content, string folder)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(folder);
        var (figureFiles, tableFiles) = (new FileNames(), new FileNames());
        var figureNames = new Dictionary<Figure, string>(ReferenceEqualityComparer.Instance);
        foreach (var figure in content.Sections.SelectMany(section => section.Figures))
        {
            if (figureNames.ContainsKey(figure))
            {
                continue;
            }

            var name = figureNames[figure] = figureFiles.New(figure.Name);
            WholeFile.Write(Path.Combine(folder, "figures", $"{name}.svg"), Utf8.GetBytes(FigureRenderer.Svg(figure)));
            WholeFile.Write(Path.Combine(folder, "figures", $"{name}.png"), FigureRenderer.Png(figure));
        }

        foreach (
            var table in new[] { content.Labels }
                .OfType<Table>()
                .Concat(content.Sections.SelectMany(section => section.Tables))
        )
        {
            var name = tableFiles.New(table.Name);
            WholeFile.Write(Path.Combine(folder, "tables", $"{name}.csv"), Utf8.GetBytes(Csv.Of(table)));
            WholeFile.Write(Path.Combine(folder, "tables", $"{name}.parquet"), ParquetFile.Of(table));
        }

        WholeFile.Write(Path.Combine(folder, "provenance.csv"), Utf8.GetBytes(ProvenancePart.Csv(content.Provenance)));
        var report = Path.Combine(folder, "report.html");
        WholeFile.Write(report, Utf8.GetBytes(ReportPage.Of(content, figureNames)));
        return report;
    }
}
