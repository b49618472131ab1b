using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Resolves paths of a study file and checks that they exist, before any work starts.</summary>
internal static class ExistingPath
{
    /// <summary>Resolves a path to a full path.</summary>
    /// <param name="node">The value.</param>
    /// <param name="folder">The folder that it is relative to.</param>
    /// <param name="kind">What it must lead to.</param>
    /// <param name="layout">For a missing path, how to get the data, as a clause of the message; null for none.</param>
    public static string Resolve(StudyNode node, string folder, PathKind kind, string? layout = null)
    {
        var text = node.Text();
        var path = text.Length == 0 ? throw node.Wrong("is an empty path; write one.") : Path.GetFullPath(text, folder);
        var (file, directory) = (File.Exists(path), Directory.Exists(path));
        if ((kind != PathKind.Folder && file) || (kind != PathKind.File && directory))
        {
            return path;
        }

        var problem = $"names '{Sentence.Short(path, 300)}', {Problem(kind, file || directory)}";
        var advice = "give another path, relative to the study file's folder.";
        throw node.Wrong(layout is null ? $"{problem}; {advice}" : $"{problem}; {layout}, or {advice}");
    }

    private static string Problem(PathKind kind, bool exists) =>
        kind switch
        {
            PathKind.Folder => exists ? "which is a file and not a folder" : "a folder that does not exist",
            PathKind.File => exists ? "which is a folder and not a file" : "a file that does not exist",
            _ => "a file or folder that does not exist",
        };
}
