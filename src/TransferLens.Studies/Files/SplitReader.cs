using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>split:</c> of a data set: the shares of the images that are held out.</summary>
internal static class SplitReader
{
    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } = ["test", "validation", "seed"];

    /// <summary>The division; its part is the training images.</summary>
    public static DataSplit Read(StudyNode node)
    {
        node.Keys(Keys);
        var test = node.Get("test").NumberIn(0, 1, above: true, below: true);
        var validation = node.Find("validation")?.BelowOne() ?? 0;
        return test + validation < 1
            ? new(DataPart.Train, test, validation, node.Find("seed")?.Integer(0) ?? 0)
            : throw node.Wrong(
                $"holds out {test} of the images for tests and {validation} for validation, which leaves none to train "
                    + "on; write shares with a sum below 1."
            );
    }
}
