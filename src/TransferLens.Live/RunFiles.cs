using System.Text.RegularExpressions;

namespace TransferLens.Live;

/// <summary>
/// Finds the files of a run that may be shown: report, results, study, figures and tables. Names are limited to safe
/// characters and links are not followed, so that no path leads out of the run's folder.
/// </summary>
/// <param name="folder">The run's folder.</param>
internal sealed partial class RunFiles(string folder)
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["report.html"] = "text/html; charset=utf-8",
        ["results.json"] = "application/json",
        ["study.yaml"] = "text/plain; charset=utf-8",
        ["figures/svg"] = "image/svg+xml",
        ["figures/png"] = "image/png",
        ["tables/csv"] = "text/csv; charset=utf-8",
        ["tables/parquet"] = "application/vnd.apache.parquet",
    };

    /// <summary>
    /// A file below the run's folder and its media type; null if it does not exist or must not be shown.
    /// </summary>
    /// <param name="path">The decoded path, with '/' as separator.</param>
    public (string File, string Type)? Find(string path)
    {
        var parts = path.Split('/');
        if (parts.Length > 2 || !parts.All(part => SafeName().IsMatch(part)))
        {
            return null;
        }

        var kind = parts.Length == 1 ? path : $"{parts[0]}/{Path.GetExtension(parts[1]).TrimStart('.')}";
        if (!Types.TryGetValue(kind, out var type))
        {
            return null;
        }

        var file = new FileInfo(Path.Combine([folder, .. parts]));
        var isInFolder = parts.Length == 1 || IsFolder(Path.Combine(folder, parts[0]));
        // Pipes have length 0, and reading one would never end.
        return isInFolder && file is { Exists: true, LinkTarget: null, Length: > 0 } ? (file.FullName, type) : null;
    }

    private static bool IsFolder(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };

    // \z, because $ would allow a final newline.
    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]*\z")]
    private static partial Regex SafeName();
}
