using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// What residual networks of all kinds share: depths for ImageNet, names of modules, and how to tell them apart.
/// </summary>
internal static class ResidualFamily
{
    /// <summary>Depths for ImageNet (He et al. 2016, table 1), with the blocks of the four stages.</summary>
    public static ImmutableArray<(int Depth, int[] Blocks)> ImageNetDepths { get; } =
    [(18, [2, 2, 2, 2]), (34, [3, 4, 6, 3]), (50, [3, 4, 6, 3]), (101, [3, 4, 23, 3]), (152, [3, 8, 36, 3])];

    /// <summary>Whether the blocks of a network for ImageNet have three convolutions instead of two.</summary>
    public static bool IsBottleneck(int depth) => depth >= 50;

    /// <summary>Declares a residual network: stem <c>conv1</c>, blocks <c>layerN.I</c>, head.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="head">Name of its head.</param>
    /// <param name="normalized">Whether it has batch normalization.</param>
    /// <param name="blocks">Number of blocks in each stage.</param>
    /// <param name="create">Creates it.</param>
    /// <param name="smallestSize">Side of the smallest images that it accepts, in pixels.</param>
    public static NetworkArchitecture Declare(
        string name,
        string head,
        bool normalized,
        int[] blocks,
        Func<int, Generator?, Network> create,
        int smallestSize = 32
    )
    {
        string[] modules = ["conv1", .. blocks.SelectMany(BlockNames), head];
        return new(name, modules, Fits, create) { SmallestSize = smallestSize };

        static IEnumerable<string> BlockNames(int count, int stage) =>
            Enumerable.Range(0, count).Select(block => $"layer{stage + 1}.{block}");

        bool Fits(IReadOnlyCollection<string> tensors) =>
            normalized == tensors.Contains("bn1.weight")
            && tensors.Contains($"{head}.weight")
            && blocks[2] == tensors.Count(IsFirstConvolutionInStage3);

        static bool IsFirstConvolutionInStage3(string tensor) =>
            tensor.StartsWith("layer3.", StringComparison.Ordinal)
            && tensor.EndsWith(".conv1.weight", StringComparison.Ordinal);
    }
}
