using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// DenseNet (Huang et al. 2017), with the tensor names and initialization of torchvision 0.14. A module is the stem, a
/// dense layer, a transition, the last normalization with its activation, or the head.
/// </summary>
/// <remarks>The output of a dense layer is its input with its 32 new channels appended.</remarks>
internal static class DenseNetwork
{
    private const long Growth = 32;

    private static readonly ImmutableArray<int> Counts = [6, 12, 24, 16];

    /// <summary>DenseNet with 121 layers.</summary>
    public static NetworkArchitecture Architecture { get; } =
        new(
            "densenet121",
            [
                "features.conv0",
                .. Counts.SelectMany((count, i) => ModulesOfBlock(i + 1, count)),
                "features.norm5",
                "classifier",
            ],
            Fits,
            Create
        )
        {
            LastStage = "features.denseblock4.denselayer1",
        };

    private static IEnumerable<string> ModulesOfBlock(int block, int count) =>
        Enumerable
            .Range(1, count)
            .Select(layer => $"features.denseblock{block}.denselayer{layer}")
            .Concat(block < Counts.Length ? [$"features.transition{block}"] : []);

    private static bool Fits(IReadOnlyCollection<string> tensors)
    {
        return tensors.Contains("features.norm5.weight")
            && tensors.Contains("classifier.weight")
            && Counts.Select((count, i) => LayersOfBlock(i + 1) == count).All(equal => equal);

        int LayersOfBlock(int block) =>
            tensors.Count(name =>
                name.StartsWith($"features.denseblock{block}.", StringComparison.Ordinal)
                && name.EndsWith(".conv1.weight", StringComparison.Ordinal)
            );
    }

    private static Network Create(int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var stem = new NormalizedConvolution(
            AddConvolution("features.conv0", 3, 64, 7, 2),
            AddNormalization("features.norm0", 64)
        );
        List<NetworkModule> modules =
        [
            new("features.conv0", ["features.conv0", "features.norm0"], x => Stem(x, stem))
            {
                Write = (graph, x) => graph.MaxPool(stem.Write(graph, x, Activation.Relu), 3, 2, 1),
            },
        ];
        var width = 64L;
        for (var block = 1; block <= Counts.Length; block++)
        {
            for (var i = 1; i <= Counts[block - 1]; i++)
            {
                modules.Add(CreateDenseLayer($"features.denseblock{block}.denselayer{i}", width));
                width += Growth;
            }

            if (block < Counts.Length)
            {
                modules.Add(CreateTransition($"features.transition{block}", width));
                width /= 2;
            }
        }

        var last = AddNormalization("features.norm5", width);
        modules.Add(
            new("features.norm5", ["features.norm5"], last.Activated)
            {
                Write = (graph, x) => WriteActivated(graph, x, last),
            }
        );
        var linear = root.Add("classifier", new Linear(width, classes));
        WeightInitialization.WeightDefault(linear.Weight, generator);
        modules.Add(
            new("classifier", ["classifier"], x => Head(x, linear))
            {
                Write = (graph, x) => linear.Write(graph, graph.MeanOfPositions(x)),
            }
        );
        return new(Architecture.Name, root, modules);

        NetworkModule CreateDenseLayer(string name, long inputs)
        {
            var before = AddNormalization($"{name}.norm1", inputs);
            var narrow = new NormalizedConvolution(
                AddConvolution($"{name}.conv1", inputs, 4 * Growth, 1),
                AddNormalization($"{name}.norm2", 4 * Growth)
            );
            var grow = AddConvolution($"{name}.conv2", 4 * Growth, Growth, 3);
            return new(name, [name], x => Grow(x, before, narrow, grow))
            {
                Write = (graph, x) => WriteGrown(graph, x, before, narrow, grow),
            };
        }

        NetworkModule CreateTransition(string name, long inputs)
        {
            var (norm, convolution) = (
                AddNormalization($"{name}.norm", inputs),
                AddConvolution($"{name}.conv", inputs, inputs / 2, 1)
            );
            return new(name, [name], x => Downsample(x, norm, convolution))
            {
                Write = (graph, x) => graph.AveragePool(convolution.Write(graph, WriteActivated(graph, x, norm)), 2, 2),
            };
        }

        BatchNormalization AddNormalization(string name, long channels) =>
            root.Add(name, new BatchNormalization(channels));

        Convolution AddConvolution(string name, long inputs, long outputs, long kernel, long stride = 1)
        {
            var convolution = root.Add(name, new Convolution(inputs, outputs, kernel, stride, kernel / 2));
            WeightInitialization.KaimingNormal(convolution.Weight, fanOut: false, generator);
            return convolution;
        }
    }

    private static Tensor Stem(Tensor input, NormalizedConvolution stem)
    {
        using var scope = NewDisposeScope();
        return nn.functional.max_pool2d(stem.Activated(input), 3, 2, 1).MoveToOuterDisposeScope();
    }

    private static Tensor Grow(Tensor input, BatchNormalization before, NormalizedConvolution narrow, Convolution grow)
    {
        using var scope = NewDisposeScope();
        return cat([input, grow.forward(narrow.Activated(before.Activated(input)))], 1).MoveToOuterDisposeScope();
    }

    private static GraphValue WriteGrown(
        GraphWriter graph,
        GraphValue input,
        BatchNormalization before,
        NormalizedConvolution narrow,
        Convolution grow
    )
    {
        var value = narrow.Write(graph, WriteActivated(graph, input, before), Activation.Relu);
        return graph.Concat(1, input, grow.Write(graph, value));
    }

    private static Tensor Downsample(Tensor input, BatchNormalization normalization, Convolution convolution)
    {
        using var scope = NewDisposeScope();
        return nn
            .functional.avg_pool2d(convolution.forward(normalization.Activated(input)), 2, 2)
            .MoveToOuterDisposeScope();
    }

    private static GraphValue WriteActivated(GraphWriter graph, GraphValue input, BatchNormalization normalization) =>
        Activation.Relu.Write(graph, normalization.Write(graph, input));

    private static Tensor Head(Tensor input, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(input.mean([2, 3])).MoveToOuterDisposeScope();
    }
}
