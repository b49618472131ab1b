using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>network:</c>, the name of a network or a file that defines one.</summary>
internal static class NetworkReader
{
    /// <summary>Reads the key.</summary>
    /// <param name="node">The value.</param>
    /// <param name="folder">The folder that paths are relative to.</param>
    /// <param name="catalog">The networks and formats of files.</param>
    /// <returns>The network's name; and the file that defines it, or null.</returns>
    public static (string Name, string? File) Read(StudyNode node, string folder, Catalog catalog)
    {
        var text = node.Text();
        if (catalog.NetworkFormats.FirstOrDefault(format => format.IsNamed(text)) is not { } format)
        {
            return (Known(node, [.. catalog.Networks.Select(known => known.Name)]), null);
        }

        var path = ExistingPath.Resolve(node, folder, PathKind.File);
        try
        {
            return (format.Read(path).Name, path);
        }
        catch (InputException failure)
        {
            throw node.Wrong($"cannot be used: {failure.Message}", failure);
        }
    }

    private static string Known(StudyNode node, ImmutableArray<string> names) =>
        node.Text() is var name && (names.IsEmpty || names.Contains(name))
            ? name
            : throw node.Wrong(
                $"has the unknown value '{Sentence.Short(name)}'; {NetworkDeclaration.Instead(name, names)}"
            );

    /// <summary>The preprocessing in a file that a study names.</summary>
    /// <param name="node">The value of <c>preprocessing</c>.</param>
    /// <param name="folder">The folder that paths are relative to.</param>
    /// <param name="catalog">The formats of files.</param>
    /// <returns>Null when the value names no such file.</returns>
    public static WeightsPreprocessing? Preprocessing(StudyNode node, string folder, Catalog catalog)
    {
        var text = node.Text();
        if (catalog.NetworkFormats.FirstOrDefault(format => format.IsNamed(text)) is not { } format)
        {
            return null;
        }

        var path = ExistingPath.Resolve(node, folder, PathKind.File);
        try
        {
            var (images, remarks) = format.ReadPreprocessing(path);
            return new(images, path) { Remarks = remarks };
        }
        catch (InputException failure)
        {
            throw node.Wrong($"cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>
    /// P when the study says nothing of it: the weights in the network's own file, if a run needs them.
    /// </summary>
    /// <param name="file">The file that defines the network; null without one.</param>
    /// <param name="runs">The study's runs.</param>
    public static PretrainedSettings? OwnWeights(string? file, IEnumerable<RunSettings> runs) =>
        file is not null && runs.Any(run => run.Initialization == Initialization.Pretrained)
            ? PretrainedReader.FromFile(file)
            : null;
}
