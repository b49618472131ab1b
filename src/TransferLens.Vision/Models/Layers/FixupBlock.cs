using TorchSharp.Modules;
using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A residual block of Fixup (Zhang et al. 2019): relu(branch(x) + shortcut(x)). A scalar is added before and after
/// every convolution of the branch, and the last convolution's output is multiplied by a scalar.
/// </summary>
internal sealed class FixupBlock : nn.Module<Tensor, Tensor>, IGraphLayer
{
    private readonly record struct Layer(Parameter Before, Convolution Convolution, Parameter After);

    private readonly Layer[] branch;
    private readonly Parameter scale;
    private readonly Convolution? downsample;

    /// <summary>
    /// Two 3x3 convolutions; or 1x1, 3x3 and 1x1, a quarter of the outputs wide. The first 3x3 has the stride.
    /// </summary>
    public FixupBlock(long inputs, long outputs, long stride, bool bottleneck)
        : base("FixupBlock")
    {
        Convolution[] convolutions = bottleneck
            ? [new(inputs, outputs / 4, 1), new(outputs / 4, outputs / 4, 3, stride, 1), new(outputs / 4, outputs, 1)]
            : [new(inputs, outputs, 3, stride, 1), new(outputs, outputs, 3, 1, 1)];
        branch =
        [
            .. convolutions.Select(convolution => new Layer(
                new(NewWeights.Zeros(1)),
                convolution,
                new(NewWeights.Zeros(1))
            )),
        ];
        for (var i = 0; i < branch.Length; i++)
        {
            register_parameter($"bias{i + 1}a", branch[i].Before);
            register_module($"conv{i + 1}", branch[i].Convolution);
            register_parameter($"bias{i + 1}b", branch[i].After);
        }

        register_parameter("scale", scale = new Parameter(NewWeights.Ones(1)));
        if (stride != 1 || inputs != outputs)
        {
            register_module("downsample", downsample = new Convolution(inputs, outputs, 1, stride));
        }
    }

    /// <summary>
    /// With m convolutions in the branch and L blocks in the network, the last convolution starts at zero, so that the
    /// branch adds nothing at first. The others start with Kaiming's normal weights (fan-out) times L^(-1/(2m - 2)),
    /// the shortcut with Kaiming's.
    /// </summary>
    public void Initialize(int blocks, Generator? generator)
    {
        var factor = Math.Pow(blocks, -1.0 / ((2 * branch.Length) - 2));
        foreach (var layer in branch[..^1])
        {
            WeightInitialization.KaimingNormal(layer.Convolution.Weight, fanOut: true, generator, factor);
        }

        if (downsample is not null)
        {
            WeightInitialization.KaimingNormal(downsample.Weight, fanOut: true, generator);
        }
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var shifted = input + Scalar(branch[0].Before, input);
        var value = Convolved(shifted, branch[0]);
        foreach (var layer in branch[1..])
        {
            value = Convolved(value.relu_() + Scalar(layer.Before, input), layer);
        }

        return value.add_(downsample is null ? input : downsample.forward(shifted)).relu_().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        var shifted = graph.Plus(input, graph.Weight(branch[0].Before));
        var value = WriteConvolved(graph, shifted, branch[0]);
        foreach (var layer in branch[1..])
        {
            var before = graph.Plus(Activation.Relu.Write(graph, value), graph.Weight(layer.Before));
            value = WriteConvolved(graph, before, layer);
        }

        var sum = graph.Plus(value, (downsample?.Write(graph, shifted) ?? input).Name);
        return Activation.Relu.Write(graph, sum);
    }

    private GraphValue WriteConvolved(GraphWriter graph, GraphValue input, Layer layer)
    {
        var value = layer.Convolution.Write(graph, input);
        var scaled = layer == branch[^1] ? graph.Times(value, graph.Weight(scale)) : value;
        return graph.Plus(scaled, graph.Weight(layer.After));
    }

    // In-place operations here and above overwrite only tensors of this block that no gradient needs.
    private Tensor Convolved(Tensor input, Layer layer)
    {
        var value = layer.Convolution.forward(input);
        return (layer == branch[^1] ? value * Scalar(scale, input) : value).add_(Scalar(layer.After, input));
    }

    private static Tensor Scalar(Parameter parameter, Tensor like) => parameter.to(like.dtype);
}
