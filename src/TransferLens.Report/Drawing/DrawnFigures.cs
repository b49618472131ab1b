using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>
/// Which figures of a folder are drawn already, in a file that is there until the report is complete. So a report that
/// is killed goes on with the figures that are missing.
/// </summary>
internal sealed class DrawnFigures
{
    /// <summary>Name of the file.</summary>
    public const string FileName = ".drawn";

    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    // Another build may draw in another way.
    private static readonly Guid Build = typeof(DrawnFigures).Assembly.ManifestModule.ModuleVersionId;

    private readonly HashSet<string> lines;

    private DrawnFigures(string folder, IEnumerable<string> lines) => (Folder, this.lines) = (folder, [.. lines]);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Reads what was drawn in a folder.</summary>
    public static DrawnFigures Open(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return new(folder, File.Exists(file) ? File.ReadAllLines(file) : []);
    }

    /// <summary>Names of the figures, of this study or of an earlier version of it.</summary>
    public IEnumerable<string> Names =>
        lines
            .Select(line => line.Split(' ', 2))
            .Where(parts => parts.Length == 2 && Path.GetFileName(parts[1]) == parts[1])
            .Select(parts => parts[1]);

    /// <summary>Whether both files of a figure are there as it would be drawn now.</summary>
    public bool Contains(string name, Figure figure) =>
        lines.Contains(Line(name, figure))
        && File.Exists(Path.Combine(Folder, $"{name}.svg"))
        && File.Exists(Path.Combine(Folder, $"{name}.png"));

    /// <summary>Notes that both files of a figure are written.</summary>
    public void Add(string name, Figure figure) =>
        File.AppendAllText(Path.Combine(Folder, FileName), $"{Line(name, figure)}\n");

    /// <summary>The report is complete: forgets what was drawn, and removes figures of an earlier study.</summary>
    /// <param name="names">Names of the report's figures.</param>
    public void Complete(IEnumerable<string> names)
    {
        foreach (var old in Names.Except(names))
        {
            File.Delete(Path.Combine(Folder, $"{old}.svg"));
            File.Delete(Path.Combine(Folder, $"{old}.png"));
        }

        if (Directory.Exists(Folder))
        {
            File.Delete(Path.Combine(Folder, FileName));
        }
    }

    private static string Line(string name, Figure figure)
    {
        var content = JsonSerializer.Serialize(figure, figure.GetType(), Json);
        return $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Build} {content}")))} {name}";
    }
}
