using TransferLens.Report.Files;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>Figures as files.</summary>
internal static class FigureFiles
{
    private static readonly string[] Endings = [".svg", ".png"];

    /// <summary>
    /// Removes the figures of a folder, but those that an interrupted report has drawn: it goes on with them.
    /// </summary>
    /// <param name="folder">The folder; it need not exist.</param>
    public static void Clear(string folder)
    {
        var kept = DrawnFigures.Open(folder).Names.ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            if (Endings.Contains(Path.GetExtension(file)) && !kept.Contains(Path.GetFileNameWithoutExtension(file)))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>
    /// Writes <c>NAME.svg</c> and <c>NAME.png</c> (twice the size) for each figure, each atomically. A figure that
    /// occurs twice is written once.
    /// </summary>
    /// <param name="figures">The figures.</param>
    /// <param name="folder">The folder. It is created if it is missing; other files in it are kept.</param>
    /// <param name="drawn">Figures that an interrupted report has drawn, which are kept; null for none.</param>
    /// <returns>The name of each figure's files, without extension.</returns>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static Dictionary<Figure, string> Write(
        IEnumerable<Figure> figures,
        string folder,
        DrawnFigures? drawn = null
    )
    {
        var files = new FileNames();
        var names = new Dictionary<Figure, string>(ReferenceEqualityComparer.Instance);
        foreach (var figure in figures)
        {
            if (names.ContainsKey(figure))
            {
                continue;
            }

            var name = names[figure] = files.Unique(figure.Name);
            if (drawn?.Contains(name, figure) != true)
            {
                AtomicFile.Write(Path.Combine(folder, $"{name}.svg"), FigureRenderer.Svg(figure));
                AtomicFile.Write(Path.Combine(folder, $"{name}.png"), FigureRenderer.Png(figure));
                drawn?.Add(name, figure);
            }
        }

        return names;
    }
}
