using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Report.Drawing;
using TransferLens.Report.Files;
using TransferLens.Report.Pages;
using TransferLens.Report.Tables;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Report;

/// <summary>Writes a report into a run's folder.</summary>
public static class ReportWriter
{
    /// <summary>
    /// Writes <c>report.html</c> (one file without external resources), <c>figures/NAME.svg</c>,
    /// <c>figures/NAME.png</c> (twice the size), <c>tables/NAME.csv</c>, <c>tables/NAME.parquet</c> and
    /// <c>provenance.csv</c>.
    /// </summary>
    /// <remarks>
    /// Each file is written atomically; <c>report.html</c> is written last. In file names, characters other than ASCII
    /// letters, digits, '.', '_' and '-' become '_', and repeated names are numbered.
    /// </remarks>
    /// <param name="content">What the report shows.</param>
    /// <param name="folder">The run's folder. It is created if it is missing; other files in it are kept.</param>
    /// <returns>The path of <c>report.html</c>.</returns>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static string Write(ReportContent content, string folder) => Write(content, folder, new());

    /// <summary>The same with options.</summary>
    /// <param name="content">What the report shows.</param>
    /// <param name="folder">The run's folder. It is created if it is missing; other files in it are kept.</param>
    /// <param name="options">What it contains, and which files are written besides it.</param>
    /// <returns>The path of <c>report.html</c>.</returns>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static string Write(ReportContent content, string folder, ReportOptions options)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        content = options.WithoutImages ? WithoutImages(content) : content;
        var drawn = DrawnFigures.Open(Path.Combine(folder, "figures"));
        var figureNames = FigureFiles.Write(
            content.Sections.SelectMany(section => section.Figures),
            drawn.Folder,
            drawn
        );
        WriteTables(content, Path.Combine(folder, "tables"));
        AtomicFile.Write(
            Path.Combine(folder, "provenance.csv"),
            Csv.Format(ProvenanceTable.Create(content.Provenance))
        );
        if (options.Markdown)
        {
            MarkdownSummary.Write(content, folder);
        }
        else
        {
            MarkdownSummary.Remove(folder);
        }

        var report = Path.Combine(folder, "report.html");
        AtomicFile.Write(report, ReportPage.Render(content, figureNames));
        drawn.Complete(figureNames.Values);
        return report;
    }

    private static ReportContent WithoutImages(ReportContent content) =>
        content with
        {
            Sections =
            [
                .. content.Sections.Select(section =>
                    section with
                    {
                        Figures = [.. section.Figures.Where(figure => figure is not ImageGrid)],
                    }
                ),
            ],
        };

    private static void WriteTables(ReportContent content, string folder)
    {
        var files = new FileNames();
        ImmutableArray<Table> labels = content.Labels is { } table ? [table] : [];
        foreach (var each in labels.Concat(content.Sections.SelectMany(section => section.Tables)))
        {
            var name = files.Unique(each.Name);
            AtomicFile.Write(Path.Combine(folder, $"{name}.csv"), Csv.Format(each));
            AtomicFile.Write(Path.Combine(folder, $"{name}.parquet"), ParquetFile.Serialize(each));
        }
    }
}
