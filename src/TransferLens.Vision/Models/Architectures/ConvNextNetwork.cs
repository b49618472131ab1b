using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// ConvNeXt (Liu et al. 2022), with the tensor names and initialization of torchvision 0.14. A module is the stem, a
/// block, a downsampling layer between stages, the pooling with the last normalization, or the head.
/// </summary>
/// <remarks>torchvision drops random blocks in training (stochastic depth); this class does not.</remarks>
internal static class ConvNextNetwork
{
    private static readonly ImmutableArray<(long Width, int Count)> Stages = [(96, 3), (192, 3), (384, 9), (768, 3)];

    /// <summary>ConvNeXt-T: 18 blocks, 96 to 768 channels.</summary>
    public static NetworkArchitecture Architecture { get; } =
        new(
            "convnext_tiny",
            [.. Stages.SelectMany((stage, i) => ModulesOfStage(i, stage.Count)), "classifier.0", "classifier.2"],
            tensors =>
                tensors.Contains("features.7.2.layer_scale")
                && tensors.Contains("features.5.8.layer_scale")
                && !tensors.Contains("features.5.9.layer_scale")
                && tensors.Contains("classifier.2.weight"),
            Create
        )
        {
            LastStage = "features.7.0",
        };

    private static IEnumerable<string> ModulesOfStage(int stage, int blocks) =>
        Enumerable
            .Range(0, blocks)
            .Select(block => $"features.{(2 * stage) + 1}.{block}")
            .Prepend($"features.{2 * stage}");

    private static Network Create(int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var modules = new List<NetworkModule>();
        for (var i = 0; i < Stages.Length; i++)
        {
            modules.Add(i == 0 ? CreateStem() : CreateDownsampling(i));
            for (var block = 0; block < Stages[i].Count; block++)
            {
                modules.Add(CreateBlock($"features.{(2 * i) + 1}.{block}", Stages[i].Width));
            }
        }

        var (last, head) = (
            root.Add("classifier.0", new LayerNormalization(Stages[^1].Width)),
            AddLinear("classifier.2", Stages[^1].Width, classes)
        );
        modules.Add(
            new("classifier.0", ["classifier.0"], x => Pool(x, last))
            {
                Write = (graph, x) => last.Write(graph, graph.MeanOfPositions(x)),
            }
        );
        modules.Add(new("classifier.2", ["classifier.2"], head.forward) { Write = head.Write });
        return new(Architecture.Name, root, modules);

        NetworkModule CreateStem()
        {
            var (convolution, norm) = (
                AddConvolution("features.0.0", 3, Stages[0].Width, 4, 4),
                root.Add("features.0.1", new LayerNormalization(Stages[0].Width))
            );
            return new("features.0", ["features.0"], x => Normalize(x, convolution, norm))
            {
                Write = (graph, x) => WriteNormalized(graph, convolution.Write(graph, x), norm),
            };
        }

        NetworkModule CreateDownsampling(int stage)
        {
            var (name, inputs, outputs) = ($"features.{2 * stage}", Stages[stage - 1].Width, Stages[stage].Width);
            var (norm, convolution) = (
                root.Add($"{name}.0", new LayerNormalization(inputs)),
                AddConvolution($"{name}.1", inputs, outputs, 2, 2)
            );
            return new(name, [name], x => Downsample(x, norm, convolution))
            {
                Write = (graph, x) => convolution.Write(graph, WriteNormalized(graph, x, norm)),
            };
        }

        NetworkModule CreateBlock(string name, long width)
        {
            var scale = root.Add(
                $"{name}.layer_scale",
                new Parameter(NewWeights.Filled(generator is null ? 0 : 1e-6, width, 1, 1))
            );
            var (depthwise, norm) = (
                AddConvolution($"{name}.block.0", width, width, 7, 1, 3, width),
                root.Add($"{name}.block.2", new LayerNormalization(width))
            );
            var (widen, narrow) = (
                AddLinear($"{name}.block.3", width, 4 * width),
                AddLinear($"{name}.block.5", 4 * width, width)
            );
            return new(name, [name], x => AddBranch(x, depthwise, norm, widen, narrow, scale))
            {
                Write = (graph, x) => WriteBranch(graph, x, depthwise, norm, widen, narrow, scale),
            };
        }

        Convolution AddConvolution(
            string name,
            long inputs,
            long outputs,
            long kernel,
            long stride,
            long padding = 0,
            long groups = 1
        )
        {
            var convolution = root.Add(
                name,
                new Convolution(inputs, outputs, kernel, stride, padding, bias: true, groups)
            );
            WeightInitialization.Normal(convolution.Weight, 0.02, generator);
            return convolution;
        }

        Linear AddLinear(string name, long inputs, long outputs)
        {
            var linear = root.Add(name, new Linear(inputs, outputs));
            WeightInitialization.Normal(linear.Weight, 0.02, generator);
            return linear;
        }
    }

    private static Tensor Normalize(Tensor input, Convolution convolution, LayerNormalization norm)
    {
        using var scope = NewDisposeScope();
        return ChannelsFirst(norm.forward(ChannelsLast(convolution.forward(input)))).MoveToOuterDisposeScope();
    }

    private static Tensor Downsample(Tensor input, LayerNormalization norm, Convolution convolution)
    {
        using var scope = NewDisposeScope();
        return convolution.forward(ChannelsFirst(norm.forward(ChannelsLast(input)))).MoveToOuterDisposeScope();
    }

    private static Tensor AddBranch(
        Tensor input,
        Convolution depthwise,
        LayerNormalization norm,
        Linear widen,
        Linear narrow,
        Parameter scale
    )
    {
        using var scope = NewDisposeScope();
        var value = norm.forward(ChannelsLast(depthwise.forward(input)));
        value = ChannelsFirst(narrow.forward(nn.functional.gelu(widen.forward(value))));
        return ((scale.to(input.dtype) * value) + input).MoveToOuterDisposeScope();
    }

    private static GraphValue WriteNormalized(GraphWriter graph, GraphValue input, LayerNormalization norm) =>
        graph.ChannelsFirst(norm.Write(graph, graph.ChannelsLast(input)));

    private static GraphValue WriteBranch(
        GraphWriter graph,
        GraphValue input,
        Convolution depthwise,
        LayerNormalization norm,
        Linear widen,
        Linear narrow,
        Parameter scale
    )
    {
        var value = norm.Write(graph, graph.ChannelsLast(depthwise.Write(graph, input)));
        value = narrow.WriteLast(graph, Activation.Gelu.Write(graph, widen.WriteLast(graph, value)));
        return graph.Plus(graph.Times(graph.ChannelsFirst(value), graph.Weight(scale)), input.Name);
    }

    private static Tensor Pool(Tensor input, LayerNormalization norm)
    {
        using var scope = NewDisposeScope();
        return norm.forward(input.mean([2, 3])).MoveToOuterDisposeScope();
    }

    private static Tensor ChannelsLast(Tensor value) => value.permute(0, 2, 3, 1);

    private static Tensor ChannelsFirst(Tensor value) => value.permute(0, 3, 1, 2);
}
