using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads study files.</summary>
public static class StudyFile
{
    private const int MostBytes = 4 << 20;

    /// <summary>Reads and validates a study file, before any work starts.</summary>
    /// <param name="path">The file, in YAML; every path in it is relative to its folder.</param>
    /// <param name="catalog">Everything that the file may name.</param>
    /// <param name="overrides"><c>key.path=value</c> each, for example <c>training.epochs=1</c>, laid over the file in order; the value is YAML.</param>
    /// <returns>The study, with full paths and all defaults filled in.</returns>
    /// <exception cref="InputException">
    /// The file cannot be read, is not a study, or names files that are not there. The message says file and line, or the
    /// override; for a name that is not known it says the nearest one.
    /// </exception>
    public static Study Read(string path, Catalog catalog, IReadOnlyList<string>? overrides = null)
    {
        var text = Text(path);
        var tree = YamlTreeReader.Read(text, path, lines: true);
        if (tree is null or YamlScalar { IsNull: true })
        {
            throw new InputException($"{path}: the study file is empty; `transferlens init` writes an example.");
        }

        var study =
            tree as YamlMap
            ?? throw new InputException(
                $"{tree.Place}: a study is a mapping of keys to values, and this is not; `transferlens init` writes an example."
            );
        var root = StudyNode.Root((overrides ?? []).Aggregate(study, Override.Lay));
        return StudyReader.Read(root, Path.GetDirectoryName(Path.GetFullPath(path))!, catalog);
    }

    private static string Text(string path)
    {
        try
        {
            // Read up to the limit and one more: a device or a growing file has no length to ask for.
            using var file = File.OpenRead(path);
            var bytes = new byte[MostBytes + 1];
            var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            using var reader = new StreamReader(new MemoryStream(bytes, 0, count), Encoding.UTF8);
            return count <= MostBytes
                ? reader.ReadToEnd()
                : throw new InputException(
                    $"{path}: this is larger than the {MostBytes >> 20} MB that a study file may have; give the study file."
                );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException(
                $"The study file '{path}' does not exist; `transferlens init` writes an example.",
                e
            );
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException(
                Directory.Exists(path)
                    ? $"'{path}' is a folder; give the study file in it."
                    : $"The study file '{path}' cannot be read ({Sentence.Short(e.Message, 200)}).",
                e
            );
        }
    }
}
