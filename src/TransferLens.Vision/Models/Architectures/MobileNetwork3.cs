using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// MobileNetV3 (Howard et al. 2019), with the tensor names, initialization, dropout and batch normalization (epsilon
/// 0.001, momentum 0.01) of torchvision 0.14. A module is the stem, an inverted residual block, the last convolution
/// before pooling, the hidden layer with the pooling before it, or the head with the dropout before it.
/// </summary>
internal static class MobileNetwork3
{
    private static readonly ImmutableArray<Block> Large =
    [
        new(3, 16, 16, false, false, 1),
        new(3, 64, 24, false, false, 2),
        new(3, 72, 24, false, false, 1),
        new(5, 72, 40, true, false, 2),
        new(5, 120, 40, true, false, 1),
        new(5, 120, 40, true, false, 1),
        new(3, 240, 80, false, true, 2),
        new(3, 200, 80, false, true, 1),
        new(3, 184, 80, false, true, 1),
        new(3, 184, 80, false, true, 1),
        new(3, 480, 112, true, true, 1),
        new(3, 672, 112, true, true, 1),
        new(5, 672, 160, true, true, 2),
        new(5, 960, 160, true, true, 1),
        new(5, 960, 160, true, true, 1),
    ];

    private static readonly ImmutableArray<Block> Small =
    [
        new(3, 16, 16, true, false, 2),
        new(3, 72, 24, false, false, 2),
        new(3, 88, 24, false, false, 1),
        new(5, 96, 40, true, true, 2),
        new(5, 240, 40, true, true, 1),
        new(5, 240, 40, true, true, 1),
        new(5, 120, 48, true, true, 1),
        new(5, 144, 48, true, true, 1),
        new(5, 288, 96, true, true, 2),
        new(5, 576, 96, true, true, 1),
        new(5, 576, 96, true, true, 1),
    ];

    /// <summary>Both sizes. The last stage is the lowest resolution.</summary>
    public static ImmutableArray<NetworkArchitecture> Architectures { get; } =
    [Declare("mobilenet_v3_small", Small, 1024), Declare("mobilenet_v3_large", Large, 1280)];

    /// <summary>A row of tables 1 and 2 of the paper.</summary>
    /// <param name="Kernel">Side of the depthwise kernel.</param>
    /// <param name="Hidden">Channels of the depthwise convolution.</param>
    /// <param name="Outputs">Output channels.</param>
    /// <param name="Squeezes">Whether it has squeeze and excitation.</param>
    /// <param name="HardSwish">Whether its activation is hard swish instead of ReLU.</param>
    /// <param name="Stride">Stride of the depthwise convolution.</param>
    private readonly record struct Block(
        long Kernel,
        long Hidden,
        long Outputs,
        bool Squeezes,
        bool HardSwish,
        long Stride
    );

    private static NetworkArchitecture Declare(string name, ImmutableArray<Block> blocks, long hidden)
    {
        var last = blocks.Length + 1;
        string[] modules =
        [
            .. Enumerable.Range(0, last + 1).Select(i => $"features.{i}"),
            "classifier.0",
            "classifier.3",
        ];
        return new(name, modules, Fits, (classes, generator) => Create(name, blocks, hidden, classes, generator))
        {
            LastStage = $"features.{blocks.LastIndexOf(blocks.Last(block => block.Stride == 2)) + 1}",
        };

        bool Fits(IReadOnlyCollection<string> tensors) =>
            tensors.Contains("classifier.3.weight") && tensors.Contains($"features.{last}.1.running_mean");
    }

    private static Network Create(
        string name,
        ImmutableArray<Block> blocks,
        long hidden,
        int classes,
        Generator? generator
    )
    {
        var root = new NetworkRoot();
        var layers = new MobileLayers(root, generator)
        {
            Epsilon = 0.001,
            Momentum = 0.01,
            SqueezeActivation = Activation.Relu,
            SqueezeGate = Activation.HardSigmoid,
        };
        var width = 16L;
        List<NetworkModule> modules = [layers.Add("features.0", 3, width, 3, 2, Activation.HardSwish)];
        foreach (var block in blocks)
        {
            var shape = new InvertedResidual(width, block.Hidden, block.Outputs, block.Kernel, block.Stride)
            {
                Squeezed = block.Squeezes ? ChannelCount.Round(block.Hidden / 4) : 0,
                Activation = block.HardSwish ? Activation.HardSwish : Activation.Relu,
            };
            modules.Add(layers.Add($"features.{modules.Count}", shape));
            width = block.Outputs;
        }

        modules.Add(layers.Add($"features.{modules.Count}", width, 6 * width, 1, 1, Activation.HardSwish));
        modules.AddRange(AddClassifier(root, 6 * width, hidden, classes, generator));
        return new(name, root, modules);
    }

    private static NetworkModule[] AddClassifier(
        NetworkRoot root,
        long width,
        long hidden,
        int classes,
        Generator? generator
    )
    {
        var (first, dropout, head) = (
            root.Add("classifier.0", new Linear(width, hidden)),
            root.Add("classifier.2", new Dropout(0.2)),
            root.Add("classifier.3", new Linear(hidden, classes))
        );
        WeightInitialization.Normal(first.Weight, 0.01, generator);
        WeightInitialization.Normal(head.Weight, 0.01, generator);
        return
        [
            new("classifier.0", x => Hidden(x, first))
            {
                Write = (graph, x) => Activation.HardSwish.Write(graph, first.Write(graph, graph.MeanOfPositions(x))),
            },
            new("classifier.3", ["classifier.2", "classifier.3"], x => Head(x, dropout, head))
            {
                Write = (graph, x) => head.Write(graph, dropout.Write(graph, x)),
            },
        ];
    }

    private static Tensor Hidden(Tensor input, Linear linear)
    {
        using var scope = NewDisposeScope();
        return Activation.HardSwish.Compute(linear.forward(input.mean([2, 3]))).MoveToOuterDisposeScope();
    }

    private static Tensor Head(Tensor input, Dropout dropout, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(dropout.forward(input)).MoveToOuterDisposeScope();
    }
}
