using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>What is known of a network without making it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Modules">Names of its modules in the order of computation, the head last.</param>
/// <param name="Fits">Whether tensors of these names may be its own: tells nearly all networks apart.</param>
/// <param name="Make">Makes it with so many classes; without a generator its weights stay zero.</param>
internal sealed record NetworkEntry(
    string Name,
    ImmutableArray<string> Modules,
    Func<IReadOnlyCollection<string>, bool> Fits,
    Func<int, Generator?, Network> Make
)
{
    /// <summary>Side of the smallest images that it can take, in pixels.</summary>
    public int SmallestSize { get; init; } = 32;

    /// <summary>Side of the largest images that it is good for, in pixels.</summary>
    public int LargestSize { get; init; } = 2048;

    /// <summary>First module of its last stage: of the modules that share a name up to their last dot with the one before the head, unless said otherwise.</summary>
    public string LastStage
    {
        get => field ?? Modules.First(module => Freeze.Stage(module) == Freeze.Stage(Modules[^2]));
        init;
    }

    /// <summary>An entry of a residual network: stem, numbered blocks, head.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="head">Name of its head.</param>
    /// <param name="normalized">Whether its stem has batch normalization.</param>
    /// <param name="blocks">Blocks of each stage.</param>
    /// <param name="make">Makes it.</param>
    public static NetworkEntry Residual(
        string name,
        string head,
        bool normalized,
        int[] blocks,
        Func<int, Generator?, Network> make
    )
    {
        return new(
            name,
            [
                "conv1",
                .. blocks.SelectMany(
                    (count, stage) => Enumerable.Range(0, count).Select(block => $"layer{stage + 1}.{block}")
                ),
                head,
            ],
            Fits,
            make
        );

        bool Fits(IReadOnlyCollection<string> tensors) =>
            normalized == tensors.Contains("bn1.weight")
            && tensors.Contains($"{head}.weight")
            && blocks[2]
                == tensors.Count(tensor =>
                    tensor.StartsWith("layer3.", StringComparison.Ordinal)
                    && tensor.EndsWith(".conv1.weight", StringComparison.Ordinal)
                );
    }
}
