using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>
/// A list with a header: values separated by commas or, where only then the header has the columns that are needed, by
/// semicolons, tabs or vertical bars.
/// </summary>
internal sealed class CsvTable
{
    private static readonly (char Separator, string Name)[] Separators =
    [
        (',', "commas"),
        (';', "semicolons"),
        ('\t', "tabs"),
        ('|', "vertical bars"),
    ];

    private readonly string path;
    private readonly string separated;
    private readonly ImmutableArray<string> header;
    private readonly ImmutableArray<string> needed;

    private CsvTable(string path, IReadOnlyList<CsvLine> all, string separated, ImmutableArray<string> needed)
    {
        (this.path, this.separated, this.needed) = (path, separated, needed);
        header = Titles(all[0]);
        Lines = [.. all.Skip(1)];
    }

    /// <summary>The lines below the header.</summary>
    public ImmutableArray<CsvLine> Lines { get; }

    /// <summary>What to know about how the list was read; null for a list separated by commas.</summary>
    public string? Remark =>
        separated == Separators[0].Name ? null : $"{Path.GetFileName(path)} is read as separated by {separated}.";

    private string Needed => string.Join(needed.Length > 2 ? ", " : " and ", needed);

    /// <summary>Reads a list.</summary>
    /// <param name="path">The file.</param>
    /// <param name="needed">The columns that are needed.</param>
    /// <exception cref="InputException">It has no line below the header, or a quoted field does not end.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CsvTable Read(string path, ImmutableArray<string> needed)
    {
        var text = DataFile.ReadText(path);
        var (separator, name) = Separator(text, path, needed);
        var lines = CsvLine.Parse(text, path, separator).ToList();
        var table = lines.Count > 0 ? new CsvTable(path, lines, name, needed) : null;
        return table?.Lines.Length > 0
            ? table
            : throw new InputException(
                $"The CSV file '{path}' lists no image; write a header with {string.Join(", ", needed)}, and one line "
                    + "per image."
            );
    }

    /// <summary>The position of a column, by its title; upper and lower case count only if two differ so.</summary>
    /// <exception cref="InputException">The header lacks it.</exception>
    public int Column(string name) =>
        Find(header, name) is >= 0 and var found
            ? found
            : throw new InputException(
                $"The header of '{path}' has no column '{name}' but {string.Join(", ", header)}"
                    + $"{(separated == Separators[0].Name ? "" : $" (separated by {separated})")}; "
                    + $"name the columns {Needed}."
            );

    /// <summary>A line in words, as the beginning of a sentence.</summary>
    public string Place(CsvLine line) => $"Line {line.Number} of '{path}'";

    /// <summary>The title of a column.</summary>
    public string Title(int column) => header[column];

    /// <summary>The value of a line in a column.</summary>
    /// <exception cref="InputException">It is empty.</exception>
    public string Field(CsvLine line, int column) =>
        line.Fields.Count > column && !string.IsNullOrWhiteSpace(line.Fields[column])
            ? line.Fields[column]
            : throw new InputException($"{Place(line)} has no {Title(column)}; fill it in or remove the line.");

    // The first one by which the header has all columns; else the one by which it has most titles.
    private static (char Separator, string Name) Separator(string text, string path, ImmutableArray<string> needed)
    {
        var headers = Separators
            .Select(one => (One: one, Titles: Titles(CsvLine.Parse(text, path, one.Separator).FirstOrDefault())))
            .ToList();
        var complete = headers.FindIndex(header => needed.All(name => Find(header.Titles, name) >= 0));
        return complete >= 0 ? headers[complete].One : headers.MaxBy(header => header.Titles.Length).One;
    }

    // None of a text without lines.
    private static ImmutableArray<string> Titles(CsvLine line) =>
        [.. (line.Fields ?? []).Select(title => title.Trim())];

    private static int Find(IReadOnlyList<string> titles, string name)
    {
        var exact = titles.ToList().IndexOf(name);
        var near = Enumerable
            .Range(0, titles.Count)
            .Where(i => titles[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return exact < 0 && near.Count == 1 ? near[0] : exact;
    }
}
