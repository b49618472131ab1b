using TransferLens.Report.Drawing;
using TransferLens.Report.Files;
using TransferLens.Report.Tables;

namespace TransferLens.Report.Comparisons;

/// <summary>Writes a comparison into a folder.</summary>
public static class ComparisonWriter
{
    /// <summary>
    /// Writes <c>comparison.html</c> (one file without requests or external resources), <c>comparison.json</c>,
    /// <c>figures/NAME.svg</c>, <c>figures/NAME.png</c> and <c>tables/NAME.csv</c>. Each file is written atomically;
    /// the page is written last.
    /// </summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="folder">The folder. It is created if it is missing; other files in it are kept.</param>
    /// <returns>The path of <c>comparison.html</c>.</returns>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static string Write(Comparison comparison, string folder)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentNullException.ThrowIfNull(folder);
        var figures = ComparisonFigures.Create(comparison);
        foreach (var figure in figures)
        {
            var path = Path.Combine(folder, "figures", figure.Name);
            AtomicFile.Write($"{path}.svg", FigureRenderer.Svg(figure));
            AtomicFile.Write($"{path}.png", FigureRenderer.Png(figure));
        }

        foreach (var table in ComparisonTables.Create(comparison))
        {
            AtomicFile.Write(Path.Combine(folder, "tables", $"{table.Name}.csv"), Csv.Format(table));
        }

        AtomicFile.Write(Path.Combine(folder, "comparison.json"), $"{ComparisonFile.Format(comparison)}\n");
        var page = Path.Combine(folder, "comparison.html");
        AtomicFile.Write(page, ComparisonPage.Render(comparison, figures));
        return page;
    }
}
