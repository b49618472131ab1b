using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Resolves paths of a study file, and finds out before any work starts that one leads nowhere.</summary>
internal static class ExistingPath
{
    /// <summary>The full path.</summary>
    /// <param name="node">The value.</param>
    /// <param name="folder">What it is relative to.</param>
    /// <param name="kind">What it must lead to.</param>
    /// <param name="layout">What to put there when nothing is, as a part of a message.</param>
    public static string Of(StudyNode node, string folder, PathKind kind, string? layout = null)
    {
        var text = node.Text();
        var path = text.Length == 0 ? throw node.Wrong("is an empty path; write one.") : Path.GetFullPath(text, folder);
        var (file, directory) = (File.Exists(path), Directory.Exists(path));
        return (kind != PathKind.Folder && file) || (kind != PathKind.File && directory)
            ? path
            : throw node.Wrong(
                $"names '{Sentence.Short(path, 300)}', {Missing(kind, file || directory)}; {(layout is null ? "" : $"{layout}, or ")}give another path, relative to the study file's folder."
            );
    }

    private static string Missing(PathKind kind, bool other) =>
        kind switch
        {
            PathKind.Folder => other ? "which is a file and not a folder" : "a folder that does not exist",
            PathKind.File => other ? "which is a folder and not a file" : "a file that does not exist",
            _ => "a file or folder that does not exist",
        };
}
