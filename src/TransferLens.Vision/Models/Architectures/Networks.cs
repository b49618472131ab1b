using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>The networks known by name.</summary>
public static class Networks
{
    private static readonly ImmutableArray<(int Depth, int[] Blocks)> ImageNet =
    [
        (18, [2, 2, 2, 2]),
        (34, [3, 4, 6, 3]),
        (50, [3, 4, 6, 3]),
        (101, [3, 4, 23, 3]),
        (152, [3, 8, 36, 3]),
    ];

    private static readonly ImmutableArray<NetworkEntry> Known =
    [
        .. from depth in (int[])[8, 20, 32, 44, 56, 110]
        let name = $"cifar_resnet{depth}"
        let blocks = (depth - 2) / 6
        select NetworkEntry.Residual(name, "linear", true, [blocks, blocks, blocks], (classes, generator) =>
            ResidualNetwork.Cifar(name, blocks, classes, generator)
        ) with
        {
            SmallestSize = 4,
        },
        .. from kind in ImageNet
        let name = $"resnet{kind.Depth}"
        select NetworkEntry.Residual(name, "fc", true, kind.Blocks, (classes, generator) =>
            ResidualNetwork.ImageNet(name, kind.Blocks, kind.Depth >= 50, classes, generator)
        ),
        .. from kind in ImageNet
        let name = $"fixup_resnet{kind.Depth}"
        select NetworkEntry.Residual(name, "fc", false, kind.Blocks, (classes, generator) =>
            FixupNetwork.ImageNet(name, kind.Blocks, kind.Depth >= 50, classes, generator)
        ),
        VggNetwork.Entry,
        MobileNetwork.Entry,
        DenseNetwork.Entry,
        .. VisionTransformer.Entries,
        ConvNextNetwork.Entry,
    ];

    /// <summary>Every name that <see cref="Create"/> knows.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Known.Select(entry => entry.Name)];

    /// <summary>Makes a network with random weights, initialized as its source does.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="classes">Outputs of the head, at least 1.</param>
    /// <param name="seed">Seed of the weights; equal seeds give equal bits.</param>
    /// <param name="device">Where it computes; <see cref="ComputeDevice.Current"/> unless given. The weights are the same on all.</param>
    /// <exception cref="InputException">The name is not known; the nearest ones are named.</exception>
    public static Network Create(string name, int classes, long seed, Device? device = null)
    {
        var entry = Find(name);
        using var generator = new Generator((ulong)seed);
        return NewWeights.On(device ?? ComputeDevice.Current, () => entry.Make(classes, generator));
    }

    /// <summary>Makes a network whose weights are zero: for its names and shapes, or for weights that come from elsewhere.</summary>
    /// <exception cref="InputException">The name is not known.</exception>
    internal static Network Outline(string name, int classes) => Find(name).Make(classes, null);

    /// <summary>Name of the head of a network, for example <c>linear</c>; its tensors are this name, a dot, and weight or bias.</summary>
    /// <exception cref="InputException">The name is not known.</exception>
    public static string Head(string name) => Find(name).Modules[^1];

    /// <summary>Names of the modules of a network in the order of computation, the head last; told without making it.</summary>
    /// <exception cref="InputException">The name is not known.</exception>
    public static ImmutableArray<string> Modules(string name) => Find(name).Modules;

    /// <summary>The first module of the last stage of a network.</summary>
    /// <exception cref="InputException">The name is not known.</exception>
    public static string LastStage(string name) => Find(name).LastStage;

    /// <summary>Checks that a network can take images of a size.</summary>
    /// <param name="name">The network.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <exception cref="InputException">It cannot; says the smallest size that it can take.</exception>
    public static void CheckSize(string name, int size)
    {
        var entry = Find(name);
        if (entry.SmallestSize == entry.LargestSize && size != entry.LargestSize)
        {
            throw new InputException(
                $"{name} cannot take images of size {size}: it has learned the positions of images of size {entry.LargestSize}, and takes no others."
            );
        }

        if (size > entry.LargestSize)
        {
            throw new InputException(
                $"Images of size {size} are more than {name} is good for: the largest size is {entry.LargestSize}."
            );
        }

        if (size < entry.SmallestSize)
        {
            throw new InputException(
                $"{name} cannot take images of size {size}: the smallest size is {entry.SmallestSize}."
            );
        }
    }

    /// <summary>The networks that tensors of these names may belong to: a few at most, told without making any.</summary>
    internal static IEnumerable<string> Candidates(IReadOnlyCollection<string> tensors) =>
        Known.Where(entry => entry.Fits(tensors)).Select(entry => entry.Name);

    private static NetworkEntry Find(string name) =>
        Known.FirstOrDefault(entry => entry.Name == name)
        ?? throw new InputException($"The network '{name}' is not known; {Sentence.Instead(name, Names)}");
}
