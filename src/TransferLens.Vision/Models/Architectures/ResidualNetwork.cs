using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// Residual networks with batch normalization. For CIFAR: He et al. 2016, section 4.2, with the tensor names and
/// initialization of Y. Idelbayev's pytorch_resnet_cifar10. For ImageNet: those of torchvision 0.14, with the variants
/// ResNeXt (Xie et al. 2017) and Wide ResNet (Zagoruyko, Komodakis 2016).
/// </summary>
internal static class ResidualNetwork
{
    /// <summary>The 3x3 convolution of the bottleneck blocks.</summary>
    /// <param name="Groups">Number of groups.</param>
    /// <param name="WidthOfGroup">Number of channels in a group, in the first stage; doubled in each later one.</param>
    private readonly record struct Bottleneck(long Groups, long WidthOfGroup)
    {
        /// <summary>Number of channels for a number of output channels of the block.</summary>
        public long Width(long outputs) => outputs / 256 * WidthOfGroup * Groups;
    }

    private static readonly Bottleneck Ordinary = new(1, 64);

    /// <summary>
    /// <c>cifar_resnetN</c>, <c>resnetN</c>, <c>resnextN_GROUPSxWIDTHd</c> and <c>wide_resnetN_2</c>.
    /// </summary>
    public static ImmutableArray<NetworkArchitecture> Architectures { get; } =
    [
        .. ((int[])[8, 20, 32, 44, 56, 110]).Select(DeclareCifar),
        .. ResidualFamily.ImageNetDepths.Select(network => DeclareImageNet($"resnet{network.Depth}", network.Depth)),
        DeclareImageNet("resnext50_32x4d", 50, new(32, 4)),
        DeclareImageNet("resnext101_32x8d", 101, new(32, 8)),
        DeclareImageNet("wide_resnet50_2", 50, new(1, 128)),
        DeclareImageNet("wide_resnet101_2", 101, new(1, 128)),
    ];

    private static NetworkArchitecture DeclareCifar(int depth)
    {
        var (name, blocks) = ($"cifar_resnet{depth}", (depth - 2) / 6);
        return ResidualFamily.Declare(
            name,
            "linear",
            normalized: true,
            [blocks, blocks, blocks],
            (classes, generator) => Cifar(name, blocks, classes, generator),
            smallestSize: 4
        );
    }

    private static NetworkArchitecture DeclareImageNet(string name, int depth, Bottleneck? kind = null)
    {
        var blocks = ResidualFamily.ImageNetDepths.Single(network => network.Depth == depth).Blocks;
        Bottleneck? bottleneck = ResidualFamily.IsBottleneck(depth) ? kind ?? Ordinary : null;
        return ResidualFamily.Declare(name, "fc", normalized: true, blocks, (classes, generator) =>
            ImageNet(name, blocks, bottleneck, classes, generator)
        );
    }

    /// <summary>
    /// 6 <paramref name="blocks"/> + 2 layers for 32x32 images, with 16, 32 and 64 channels; head <c>linear</c>.
    /// </summary>
    private static Network Cifar(string name, int blocks, int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var stem = new NormalizedConvolution(
            root.Add("conv1", new Convolution(3, 16, 3, 1, 1)),
            root.Add("bn1", new BatchNormalization(16))
        );
        List<NetworkModule> modules =
        [
            new("conv1", ["conv1", "bn1"], stem.Activated)
            {
                Write = (graph, x) => stem.Write(graph, x, Activation.Relu),
            },
        ];
        var width = 16L;
        for (var stage = 1; stage <= 3; stage++)
        {
            var outputs = 16L << (stage - 1);
            modules.AddRange(
                CreateStage(root, stage, blocks, width, outputs, stage == 1 ? 1 : 2, (i, o, s) =>
                    ResidualBlock.Basic(i, o, s, padded: i != o)
                )
            );
            width = outputs;
        }

        return Complete(name, root, modules, "linear", width, classes, generator, fanOut: false);
    }

    /// <summary>torchvision's resnets: a 7x7 stem with pooling, four stages, head <c>fc</c>.</summary>
    private static Network ImageNet(
        string name,
        int[] blocks,
        Bottleneck? bottleneck,
        int classes,
        Generator? generator
    )
    {
        var root = new NetworkRoot();
        var stem = new NormalizedConvolution(
            root.Add("conv1", new Convolution(3, 64, 7, 2, 3)),
            root.Add("bn1", new BatchNormalization(64))
        );
        List<NetworkModule> modules =
        [
            new("conv1", ["conv1", "bn1"], x => Pool(x, stem))
            {
                Write = (graph, x) => graph.MaxPool(stem.Write(graph, x, Activation.Relu), 3, 2, 1),
            },
        ];
        var width = 64L;
        for (var stage = 1; stage <= 4; stage++)
        {
            var outputs = (64L << (stage - 1)) * (bottleneck is null ? 1 : 4);
            modules.AddRange(
                CreateStage(root, stage, blocks[stage - 1], width, outputs, stage == 1 ? 1 : 2, (i, o, s) =>
                    bottleneck is { } kind
                        ? ResidualBlock.Bottleneck(i, o, s, kind.Width(o), kind.Groups)
                        : ResidualBlock.Basic(i, o, s, padded: false)
                )
            );
            width = outputs;
        }

        return Complete(name, root, modules, "fc", width, classes, generator, fanOut: true);
    }

    private static IEnumerable<NetworkModule> CreateStage(
        NetworkRoot root,
        int stage,
        int count,
        long inputs,
        long outputs,
        long stride,
        Func<long, long, long, ResidualBlock> create
    ) =>
        root.AddStage(
            stage,
            [.. Enumerable.Range(0, count).Select(i => create(i == 0 ? inputs : outputs, outputs, i == 0 ? stride : 1))]
        );

    private static Network Complete(
        string name,
        NetworkRoot root,
        List<NetworkModule> modules,
        string head,
        long width,
        int classes,
        Generator? generator,
        bool fanOut
    )
    {
        var linear = root.Add(head, new Linear(width, classes));
        modules.Add(
            new(head, [head], x => Pool(x, linear))
            {
                Write = (graph, x) => linear.Write(graph, graph.MeanOfPositions(x)),
            }
        );
        foreach (var convolution in root.modules().OfType<Convolution>())
        {
            WeightInitialization.KaimingNormal(convolution.Weight, fanOut, generator);
        }

        WeightInitialization.LinearDefault(linear, generator);
        if (head == "linear")
        {
            // Idelbayev's code initializes the head's weights like those of convolutions, its biases by the default.
            WeightInitialization.KaimingNormal(linear.Weight, fanOut: false, generator);
        }

        return new(name, root, modules);
    }

    private static Tensor Pool(Tensor input, NormalizedConvolution stem)
    {
        using var scope = NewDisposeScope();
        return nn.functional.max_pool2d(stem.Activated(input), 3, 2, 1).MoveToOuterDisposeScope();
    }

    private static Tensor Pool(Tensor input, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(input.mean([2, 3])).MoveToOuterDisposeScope();
    }
}
