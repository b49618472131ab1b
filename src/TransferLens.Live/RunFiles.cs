using System.Text.RegularExpressions;

namespace TransferLens.Live;

/// <summary>
/// What of a run's folder is shown: report, results, study, figures and tables, by a list of folders and endings. A name is
/// plain letters, so that no path leads out; a link is not followed, for the same reason.
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

    /// <summary>The file of a path below the run's folder, and its media type; null when there is none that is shown.</summary>
    /// <param name="path">The path, decoded, with '/' between its parts.</param>
    public (string File, string Type)? Find(string path)
    {
        var parts = path.Split('/');
        if (parts.Length > 2 || !parts.All(part => PlainName().IsMatch(part)))
        {
            return null;
        }

        var kind = parts.Length == 1 ? path : $"{parts[0]}/{Path.GetExtension(parts[1]).TrimStart('.')}";
        var file = new FileInfo(Path.Combine([folder, .. parts]));
        var inside =
            parts.Length == 1
            || new DirectoryInfo(Path.Combine(folder, parts[0])) is { Exists: true, LinkTarget: null };

        // Nothing of no length: a pipe would never end.
        return
            Types.TryGetValue(kind, out var type) && inside && file is { Exists: true, LinkTarget: null, Length: > 0 }
            ? (file.FullName, type)
            : null;
    }

    // \z: $ would let a line's end through.
    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]*\z")]
    private static partial Regex PlainName();
}
