using System.Collections.Immutable;
using TransferLens.Studies;
using static TorchSharp.torch;

namespace TransferLens.Models;

/// <summary>The networks known by name.</summary>
public static class Networks
{
    private const int LargestSize = 2048;

    // Normalized and the blocks of the third stage tell nearly all networks apart by their tensors' names.
    private sealed record Entry(string Name, string Head, int SmallestSize, bool Normalized, ImmutableArray<int> Blocks, Func<int, Generator?, Network> Make);

    private static readonly ImmutableArray<(int Depth, int[] Blocks)> ImageNet =
        [(18, [2, 2, 2, 2]), (34, [3, 4, 6, 3]), (50, [3, 4, 6, 3]), (101, [3, 4, 23, 3]), (152, [3, 8, 36, 3])];

    private static readonly ImmutableArray<Entry> Known =
    [
        .. from depth in (int[])[8, 20, 32, 44, 56, 110]
           let name = $"cifar_resnet{depth}"
           let blocks = (depth - 2) / 6
           select new Entry(name, "linear", 4, true, [blocks, blocks, blocks], (classes, generator) => ResidualNetwork.Cifar(name, blocks, classes, generator)),
        .. from kind in ImageNet
           let name = $"resnet{kind.Depth}"
           select new Entry(name, "fc", 32, true, [.. kind.Blocks], (classes, generator) => ResidualNetwork.ImageNet(name, kind.Blocks, kind.Depth >= 50, classes, generator)),
        .. from kind in ImageNet
           let name = $"fixup_resnet{kind.Depth}"
           select new Entry(name, "fc", 32, false, [.. kind.Blocks], (classes, generator) => FixupNetwork.ImageNet(name, kind.Blocks, kind.Depth >= 50, classes, generator)),
    ];

    /// <summary>Every name that <see cref="Create"/> knows.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Known.Select(entry => entry.Name)];

    /// <summary>Makes a network with random weights, initialized as its source does.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="classes">Outputs of the head, at least 1.</param>
    /// <param name="seed">Seed of the weights; equal seeds give equal bits.</param>
    /// <exception cref="InputException">The name is not known; the nearest ones are named.</exception>
    public static Network Create(string name, int classes, long seed)
    {
        using var generator = new Generator((ulong)seed);
        return Find(name).Make(classes, generator);
    }

    /// <summary>Makes a network whose weights are zero: for its names and shapes, or for weights that come from elsewhere.</summary>
    /// <exception cref="InputException">The name is not known.</exception>
    internal static Network Outline(string name, int classes) => Find(name).Make(classes, null);

    /// <summary>Name of the head of a network, for example <c>linear</c>; its tensors are this name, a dot, and weight or bias.</summary>
    /// <exception cref="InputException">The name is not known.</exception>
    public static string Head(string name) => Find(name).Head;

    /// <summary>Names of the modules of a network in the order of computation, the head last; told without making it.</summary>
    /// <exception cref="InputException">The name is not known.</exception>
    public static ImmutableArray<string> Modules(string name)
    {
        var entry = Find(name);
        return ["conv1", .. entry.Blocks.SelectMany((blocks, stage) => Enumerable.Range(0, blocks).Select(block => $"layer{stage + 1}.{block}")), entry.Head];
    }

    /// <summary>Checks that a network can take pictures of a size.</summary>
    /// <param name="name">The network.</param>
    /// <param name="size">Side of the pictures in pixels.</param>
    /// <exception cref="InputException">It cannot; says the smallest size that it can take.</exception>
    public static void CheckSize(string name, int size)
    {
        if (size > LargestSize)
        {
            throw new InputException($"Pictures of size {size} are more than {name} is good for: the largest size is {LargestSize}.");
        }

        if (size < Find(name).SmallestSize)
        {
            throw new InputException($"{name} cannot take pictures of size {size}: the smallest size is {Find(name).SmallestSize}.");
        }
    }

    /// <summary>The networks that tensors of these names may belong to: one or two, told without making any.</summary>
    internal static IEnumerable<string> Candidates(IReadOnlyCollection<string> tensors)
    {
        var blocks = tensors.Count(name => name.StartsWith("layer3.", StringComparison.Ordinal) && name.EndsWith(".conv1.weight", StringComparison.Ordinal));
        return Known.Where(entry => entry.Blocks[2] == blocks && entry.Normalized == tensors.Contains("bn1.weight") && tensors.Contains($"{entry.Head}.weight"))
            .Select(entry => entry.Name);
    }

    private static Entry Find(string name) =>
        Known.FirstOrDefault(entry => entry.Name == name)
        ?? throw new InputException($"The network '{name}' is not known; {Sentence.Instead(name, Names)}");
}
