using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>pretrained:</c>.</summary>
internal static class PretrainedReader
{
    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } =
    ["weights", "data", "training", "learning_rate", "seed", "keep"];

    /// <summary>The valid keys of <c>weights:</c> as a map.</summary>
    public static ImmutableArray<string> FileKeys { get; } = ["file", "key"];

    private const double DefaultLearningRate = 0.1;

    // Runs rarely use seed 0. With equal seeds, P and a run from random weights start with the same weights.
    private const int DefaultSeed = 0;

    /// <summary>P from a weights file.</summary>
    /// <param name="path">The file.</param>
    public static PretrainedSettings FromFile(string path) => new(path, null, null, DefaultLearningRate, DefaultSeed);

    /// <summary>Reads the section.</summary>
    /// <param name="node">The section.</param>
    /// <param name="data">Reads data sets.</param>
    /// <param name="paths">Finds weights.</param>
    /// <param name="networkFile">The file that defines the network and may have weights too; null without one.</param>
    /// <param name="defaults">Training settings where the section has none.</param>
    public static PretrainedSettings Read(
        StudyNode node,
        DataReader data,
        WeightsPath paths,
        string? networkFile,
        TrainingSettings defaults
    )
    {
        node.Keys(Keys);
        if (node.Has("weights"))
        {
            foreach (var (key, value) in node.Entries().Where(entry => entry.Key != "weights"))
            {
                throw value.Wrong(
                    $"cannot be combined with weights: P is read from a file or trained; remove {key} or weights."
                );
            }

            var given = node.Get("weights");
            var detailed = given.IsMap ? given.Keys(FileKeys) : null;
            var files = (detailed?.Get("file") ?? given).OneOrMore().Select(paths.Resolve).ToList();
            return FromFile(files[^1].Path) with
            {
                Earlier = Equatable(files[..^1].Select(file => file.Path)),
                Origins = Equatable(files.Select(file => file.Origin).OfType<WeightsOrigin>().Distinct()),
                WeightsKey = detailed?.Find("key")?.Text(),
            };
        }

        if (!node.Has("data"))
        {
            if (networkFile is not null && !node.Entries().Any())
            {
                return FromFile(networkFile);
            }

            throw node.Wrong("has neither weights nor data; give P's weights file, or the data to train P on.");
        }

        return new(
            null,
            data.Read(node.Get("data")),
            Training(node, defaults),
            node.Find("learning_rate")?.Positive() ?? DefaultLearningRate,
            node.Find("seed")?.Integer(0) ?? DefaultSeed
        );
    }

    // Empty arrays are equal only if they are the same one.
    private static ImmutableArray<T> Equatable<T>(IEnumerable<T> items) => items.Any() ? [.. items] : [];

    // Starts from the defaults, not from the study's training settings, which are for fine-tuning.
    private static TrainingSettings Training(StudyNode node, TrainingSettings defaults)
    {
        var training = node.Find("training");
        var read = training is null ? defaults : TrainingReader.Read(training.Keys(TrainingReader.Keys), defaults);
        if (node.Find("keep") is not { } keep)
        {
            return read;
        }

        return training?.Has("keep") == true
            ? throw keep.Wrong("is given in pretrained.training too; remove one of the two.")
            : read with
            {
                Keep = TrainingReader.Epochs(keep),
            };
    }
}
