using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// EfficientNet (Tan, Le 2019), with the tensor names, initialization, dropout and stochastic depth of torchvision
/// 0.14. A module is the stem, an inverted residual block, the last convolution before pooling, or the head with the
/// dropout before it.
/// </summary>
internal static class EfficientNetwork
{
    private const double StochasticDepth = 0.2;

    private static readonly ImmutableArray<Stage> Stages =
    [
        new(1, 3, 1, 32, 16, 1),
        new(6, 3, 2, 16, 24, 2),
        new(6, 5, 2, 24, 40, 2),
        new(6, 3, 2, 40, 80, 3),
        new(6, 5, 1, 80, 112, 3),
        new(6, 5, 2, 112, 192, 4),
        new(6, 3, 1, 192, 320, 1),
    ];

    /// <summary><c>efficientnet_b0</c> to <c>efficientnet_b4</c>. The last stage is the lowest resolution.</summary>
    public static ImmutableArray<NetworkArchitecture> Architectures { get; } =
    [
        Declare(new("efficientnet_b0", 1.0, 1.0, 0.2)),
        Declare(new("efficientnet_b1", 1.0, 1.1, 0.2)),
        Declare(new("efficientnet_b2", 1.1, 1.2, 0.3)),
        Declare(new("efficientnet_b3", 1.2, 1.4, 0.3)),
        Declare(new("efficientnet_b4", 1.4, 1.8, 0.4)),
    ];

    private readonly record struct Stage(
        long Expansion,
        long Kernel,
        long Stride,
        long Inputs,
        long Outputs,
        int Count
    );

    /// <summary>How a network differs from B0.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Width">Factor for the number of channels.</param>
    /// <param name="Depth">Factor for the number of blocks.</param>
    /// <param name="Dropout">Probability of dropout before the head.</param>
    private sealed record Scaling(string Name, double Width, double Depth, double Dropout)
    {
        public long Channels(long channels) => ChannelCount.Round(channels * Width);

        public int Blocks(Stage stage) => (int)Math.Ceiling(stage.Count * Depth);
    }

    private static NetworkArchitecture Declare(Scaling scaling)
    {
        string[] modules = ["features.0", .. Stages.SelectMany(BlockNames), "features.8", "classifier.1"];
        return new(scaling.Name, modules, Fits, (classes, generator) => Create(scaling, classes, generator))
        {
            LastStage = "features.6.0",
            Hidden = new() { Padding = HiddenTraits.SymmetricPadding },
        };

        IEnumerable<string> BlockNames(Stage stage, int i) =>
            Enumerable.Range(0, scaling.Blocks(stage)).Select(block => $"features.{i + 1}.{block}");

        bool Fits(IReadOnlyCollection<string> tensors)
        {
            var blocks = scaling.Blocks(Stages[5]);
            return tensors.Contains("classifier.1.weight")
                && tensors.Contains($"features.6.{blocks - 1}.block.2.fc1.weight")
                && !tensors.Contains($"features.6.{blocks}.block.2.fc1.weight");
        }
    }

    private static Network Create(Scaling scaling, int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var layers = new MobileLayers(root, generator)
        {
            SqueezeActivation = Activation.Silu,
            SqueezeGate = Activation.Sigmoid,
        };
        var width = scaling.Channels(Stages[0].Inputs);
        List<NetworkModule> modules = [layers.Add("features.0", 3, width, 3, 2, Activation.Silu)];
        var total = Stages.Sum(scaling.Blocks);
        for (var i = 0; i < Stages.Length; i++)
        {
            var (stage, outputs) = (Stages[i], scaling.Channels(Stages[i].Outputs));
            for (var block = 0; block < scaling.Blocks(stage); block++)
            {
                var stride = block == 0 ? stage.Stride : 1;
                var hidden = ChannelCount.Round(width * stage.Expansion);
                var shape = new InvertedResidual(width, hidden, outputs, stage.Kernel, stride)
                {
                    Squeezed = Math.Max(1, width / 4),
                    Activation = Activation.Silu,
                    Drop = StochasticDepth * (modules.Count - 1) / total,
                };
                modules.Add(layers.Add($"features.{i + 1}.{block}", shape));
                width = outputs;
            }
        }

        modules.Add(layers.Add("features.8", width, 4 * width, 1, 1, Activation.Silu));
        modules.Add(AddHead(root, 4 * width, classes, scaling.Dropout, generator));
        return new(scaling.Name, root, modules);
    }

    private static NetworkModule AddHead(NetworkRoot root, long width, int classes, double rate, Generator? generator)
    {
        var (dropout, linear) = (
            root.Add("classifier.0", new Dropout(rate)),
            root.Add("classifier.1", new Linear(width, classes))
        );
        WeightInitialization.Uniform(linear.Weight, 1 / Math.Sqrt(classes), generator);
        return new("classifier.1", ["classifier.0", "classifier.1"], x => Head(x, dropout, linear))
        {
            Write = (graph, x) => linear.Write(graph, dropout.Write(graph, graph.MeanOfPositions(x))),
        };
    }

    private static Tensor Head(Tensor input, Dropout dropout, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(dropout.forward(input.mean([2, 3]))).MoveToOuterDisposeScope();
    }
}
