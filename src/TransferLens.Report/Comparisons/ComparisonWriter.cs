using System.Text;
using TransferLens.Report.Content;
using TransferLens.Report.Drawing;
using TransferLens.Report.Tables;

namespace TransferLens.Report.Comparisons;

/// <summary>Writes a comparison into a folder.</summary>
public static class ComparisonWriter
{
    /// <summary>
    /// Writes <c>comparison.html</c> (one file without scripts that asks for nothing from outside), <c>comparison.json</c>,
    /// <c>figures/NAME.svg</c> and <c>.png</c>, and <c>tables/NAME.csv</c>. Each file appears whole; the page last.
    /// </summary>
    /// <param name="comparison">What to show.</param>
    /// <param name="folder">The folder, made when missing; other files in it stay.</param>
    /// <returns>Path of <c>comparison.html</c>.</returns>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static string Write(Comparison comparison, string folder)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentNullException.ThrowIfNull(folder);
        var figures = ComparisonFigures.Of(comparison);
        foreach (var figure in figures)
        {
            Put(Path.Combine("figures", $"{figure.Name}.svg"), FigureRenderer.Svg(figure));
            WholeFile.Write(Path.Combine(folder, "figures", $"{figure.Name}.png"), FigureRenderer.Png(figure));
        }

        foreach (
            var table in new[]
            {
                ComparisonTables.Numbers(comparison),
                ComparisonTables.Drops(comparison),
                ComparisonTables.Differences(comparison),
                ComparisonTables.Answers(comparison),
            }
        )
        {
            Put(Path.Combine("tables", $"{table.Name}.csv"), Csv.Of(table));
        }

        Put("comparison.json", $"{ComparisonFile.Of(comparison)}\n");
        Put("comparison.html", ComparisonPage.Of(comparison, figures));
        return Path.Combine(folder, "comparison.html");

        void Put(string name, string text) => WholeFile.Write(Path.Combine(folder, name), Encoding.UTF8.GetBytes(text));
    }
}
