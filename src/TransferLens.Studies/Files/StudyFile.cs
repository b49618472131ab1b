using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads study files.</summary>
internal static class StudyFile
{
    private const int MostBytes = 4 << 20;

    /// <summary>Reads and validates a study file, before any work starts.</summary>
    /// <param name="path">The file, in YAML; paths in it are relative to its folder.</param>
    /// <param name="catalog">Everything that the file may name.</param>
    /// <param name="overrides">Overrides <c>key.path=value</c>, for example <c>training.epochs=1</c>, applied in order;
    /// values are YAML.</param>
    /// <param name="remote">Fetches weights that are not named by a path; null where all are paths.</param>
    /// <param name="precision">The number format where the file chooses none.</param>
    /// <returns>The study, with full paths and all defaults filled in.</returns>
    /// <exception cref="InputException"> The file cannot be read, is not a study, or names files that do not exist. The
    /// message gives file and line, or the override; for an unknown name it suggests the nearest one. </exception>
    public static Study Read(
        string path,
        Catalog catalog,
        IReadOnlyList<string>? overrides = null,
        IRemoteWeights? remote = null,
        Precision precision = Precision.Float32
    )
    {
        var text = Text(path);
        var tree = YamlTreeReader.Read(text, path, lines: true);
        if (tree is null or YamlScalar { IsNull: true })
        {
            throw new InputException($"{path}: the study file is empty; `transferlens init` writes an example.");
        }

        if (tree is not YamlMap study)
        {
            throw new InputException(
                $"{tree.Place}: the study file is not a mapping of keys to values; "
                    + "`transferlens init` writes an example."
            );
        }

        var root = StudyNode.Root((overrides ?? []).Aggregate(study, Override.Apply));
        return StudyReader.Read(
            root,
            Path.GetDirectoryName(Path.GetFullPath(path))!,
            catalog,
            remote,
            TrainingSettings.Default with
            {
                Precision = precision,
            }
        );
    }

    private static string Text(string path)
    {
        try
        {
            // Read until beyond the limit, since a device or growing file has no reliable length.
            using var file = File.OpenRead(path);
            using var content = new MemoryStream();
            var part = new byte[1 << 12];
            int count;
            while (content.Length <= MostBytes && (count = file.Read(part)) > 0)
            {
                content.Write(part, 0, count);
            }

            return content.Length <= MostBytes
                ? InputText.Decode(content.GetBuffer().AsSpan(0, (int)content.Length), path)
                : throw new InputException(
                    $"{path}: the file is larger than {MostBytes >> 20} MB, the limit of a study file; check the path."
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
