using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// MobileNetV2 (Sandler et al. 2018), with the tensor names and initialization of torchvision 0.14. A module is the
/// stem, an inverted residual block, the last convolution before pooling, or the head with the dropout before it.
/// </summary>
internal static class MobileNetwork
{
    private const int Blocks = 17;

    private static readonly ImmutableArray<(long Expansion, long Outputs, int Count, long Stride)> Stages =
    [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ];

    /// <summary>MobileNetV2 of width 1. Its last stage is the modules at the lowest resolution.</summary>
    public static NetworkArchitecture Architecture { get; } =
        new(
            "mobilenet_v2",
            [.. Enumerable.Range(0, Blocks + 2).Select(i => $"features.{i}"), "classifier.1"],
            tensors => tensors.Contains("features.17.conv.3.weight") && tensors.Contains("classifier.1.weight"),
            Create
        )
        {
            LastStage = "features.14",
        };

    private static Network Create(int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var stem = AddLayer("features.0.0", "features.0.1", 3, 32, 3, 2);
        List<NetworkModule> modules =
        [
            new("features.0", ["features.0"], x => Activate(x, stem))
            {
                Write = (graph, x) => stem.Write(graph, x, Activation.Relu6),
            },
        ];
        var width = 32L;
        foreach (var (expansion, outputs, count, stride) in Stages)
        {
            for (var i = 0; i < count; i++)
            {
                modules.Add(CreateBlock($"features.{modules.Count}", width, outputs, expansion, i == 0 ? stride : 1));
                width = outputs;
            }
        }

        var last = AddLayer("features.18.0", "features.18.1", width, 1280, 1);
        modules.Add(
            new("features.18", ["features.18"], x => Activate(x, last))
            {
                Write = (graph, x) => last.Write(graph, x, Activation.Relu6),
            }
        );
        var (dropout, linear) = (
            root.Add("classifier.0", new Dropout(0.2)),
            root.Add("classifier.1", new Linear(1280, classes))
        );
        WeightInitialization.Normal(linear.Weight, 0.01, generator);
        modules.Add(
            new("classifier.1", ["classifier.0", "classifier.1"], x => Head(x, dropout, linear))
            {
                Write = (graph, x) => linear.Write(graph, dropout.Write(graph, graph.MeanOfPositions(x))),
            }
        );
        return new(Architecture.Name, root, modules);

        NetworkModule CreateBlock(string name, long inputs, long outputs, long expansion, long stride)
        {
            var hidden = inputs * expansion;
            List<NormalizedConvolution> activated =
                expansion == 1 ? [] : [AddLayer($"{name}.conv.0.0", $"{name}.conv.0.1", inputs, hidden, 1)];
            var depthwise = $"{name}.conv.{activated.Count}";
            activated.Add(AddLayer($"{depthwise}.0", $"{depthwise}.1", hidden, hidden, 3, stride, hidden));
            var projection = AddLayer(
                $"{name}.conv.{activated.Count}",
                $"{name}.conv.{activated.Count + 1}",
                hidden,
                outputs,
                1
            );
            var residual = stride == 1 && inputs == outputs;
            return new(name, [name], x => ComputeBlock(x, activated, projection, residual))
            {
                Write = (graph, x) => WriteBlock(graph, x, activated, projection, residual),
            };
        }

        NormalizedConvolution AddLayer(
            string name,
            string normalization,
            long inputs,
            long outputs,
            long kernel,
            long stride = 1,
            long groups = 1
        )
        {
            var convolution = root.Add(
                name,
                new Convolution(inputs, outputs, kernel, stride, kernel / 2, groups: groups)
            );
            WeightInitialization.KaimingNormal(convolution.Weight, fanOut: true, generator);
            return new(convolution, root.Add(normalization, new BatchNormalization(outputs)));
        }
    }

    private static Tensor Activate(Tensor input, NormalizedConvolution layer)
    {
        using var scope = NewDisposeScope();
        return Activation.Relu6.Compute(layer.Forward(input)).MoveToOuterDisposeScope();
    }

    private static Tensor ComputeBlock(
        Tensor input,
        List<NormalizedConvolution> activated,
        NormalizedConvolution projection,
        bool residual
    )
    {
        using var scope = NewDisposeScope();
        var value = projection.Forward(activated.Aggregate(input, Activate));
        return (residual ? value + input : value).MoveToOuterDisposeScope();
    }

    private static GraphValue WriteBlock(
        GraphWriter graph,
        GraphValue input,
        List<NormalizedConvolution> activated,
        NormalizedConvolution projection,
        bool residual
    )
    {
        var value = activated.Aggregate(input, (x, layer) => layer.Write(graph, x, Activation.Relu6));
        var projected = projection.Write(graph, value);
        return residual ? graph.Plus(projected, input.Name) : projected;
    }

    private static Tensor Head(Tensor input, Dropout dropout, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(dropout.forward(input.mean([2, 3]))).MoveToOuterDisposeScope();
    }
}
