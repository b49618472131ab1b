using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// VGG with batch normalization (Simonyan, Zisserman 2015, configuration D), with the tensor names and initialization
/// of torchvision 0.14. A module is a convolution with its normalization, activation and, at the end of a stage,
/// pooling; or a linear layer with the dropout before it.
/// </summary>
internal static class VggNetwork
{
    // Side of the map that the first linear layer gets.
    private const long Grid = 7;

    private static readonly ImmutableArray<(int Index, long Inputs, long Outputs, bool Pooled)> Convolutions =
    [
        .. Plan([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]),
    ];

    /// <summary>VGG with 16 layers.</summary>
    public static NetworkArchitecture Architecture { get; } =
        new(
            "vgg16_bn",
            [
                .. Convolutions.Select(layer => $"features.{layer.Index}"),
                "classifier.0",
                "classifier.3",
                "classifier.6",
            ],
            tensors => tensors.Contains("features.41.running_mean") && tensors.Contains("classifier.6.weight"),
            (classes, generator) => Create(classes, generator)
        );

    /// <summary>Creates the network.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    /// <param name="hidden">Width of the two linear layers before the head, which have nine tenths of all weights:
    /// 4096, except in tests.</param>
    public static Network Create(int classes, Generator? generator, int hidden = 4096)
    {
        var root = new NetworkRoot();
        var modules = new List<NetworkModule>();
        foreach (var (index, inputs, outputs, pooled) in Convolutions)
        {
            var (name, normalizing) = ($"features.{index}", $"features.{index + 1}");
            var layer = new NormalizedConvolution(
                root.Add(name, new Convolution(inputs, outputs, 3, 1, 1, bias: true)),
                root.Add(normalizing, new BatchNormalization(outputs))
            );
            WeightInitialization.KaimingNormal(layer.Convolution.Weight, fanOut: true, generator);
            modules.Add(
                new(name, [name, normalizing], pooled ? x => Pool(x, layer) : layer.Activated)
                {
                    Write = (graph, x) => Write(graph, x, layer, pooled),
                }
            );
        }

        var first = AddLinear(0, 512 * Grid * Grid, hidden);
        var second = AddLinear(3, hidden, hidden);
        var head = AddLinear(6, hidden, classes);
        var dropout = root.Add("classifier.2", new Dropout(0.5));
        var headDropout = root.Add("classifier.5", new Dropout(0.5));
        modules.Add(
            new("classifier.0", x => Flatten(x, first))
            {
                Write = (graph, x) => Activation.Relu.Write(graph, first.Write(graph, WritePooled(graph, x))),
            }
        );
        modules.Add(
            new("classifier.3", ["classifier.2", "classifier.3"], x => Hidden(x, dropout, second))
            {
                Write = (graph, x) => Activation.Relu.Write(graph, second.Write(graph, dropout.Write(graph, x))),
            }
        );
        modules.Add(
            new("classifier.6", ["classifier.5", "classifier.6"], x => Head(x, headDropout, head))
            {
                Write = (graph, x) => head.Write(graph, headDropout.Write(graph, x)),
            }
        );
        return new(Architecture.Name, root, modules);

        Linear AddLinear(int index, long inputs, long outputs)
        {
            var linear = root.Add($"classifier.{index}", new Linear(inputs, outputs));
            WeightInitialization.Normal(linear.Weight, 0.01, generator);
            return linear;
        }
    }

    // The index of each convolution in torchvision's sequence: three layers per convolution, and pooling after each
    // stage.
    private static IEnumerable<(int Index, long Inputs, long Outputs, bool Pooled)> Plan(
        (long Width, int Count)[] stages
    )
    {
        var (index, inputs) = (0, 3L);
        foreach (var (width, count) in stages)
        {
            for (var i = 1; i <= count; i++)
            {
                yield return (index, inputs, width, i == count);
                (index, inputs) = (index + (i == count ? 4 : 3), width);
            }
        }
    }

    private static Tensor Pool(Tensor input, NormalizedConvolution layer)
    {
        using var scope = NewDisposeScope();
        return nn.functional.max_pool2d(layer.Activated(input), 2, 2).MoveToOuterDisposeScope();
    }

    private static GraphValue Write(GraphWriter graph, GraphValue input, NormalizedConvolution layer, bool pooled)
    {
        var value = layer.Write(graph, input, Activation.Relu);
        return pooled ? graph.MaxPool(value, 2, 2, 0) : value;
    }

    private static GraphValue WritePooled(GraphWriter graph, GraphValue map) =>
        graph.Flatten(graph.AdaptiveAveragePool(map, Grid));

    private static Tensor Flatten(Tensor input, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear
            .forward(nn.functional.adaptive_avg_pool2d(input, [Grid, Grid]).flatten(1))
            .relu()
            .MoveToOuterDisposeScope();
    }

    private static Tensor Hidden(Tensor input, Dropout dropout, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(dropout.forward(input)).relu().MoveToOuterDisposeScope();
    }

    private static Tensor Head(Tensor input, Dropout dropout, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(dropout.forward(input)).MoveToOuterDisposeScope();
    }
}
