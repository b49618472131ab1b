using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>An inverted residual block with squeeze and excitation, of EfficientNet and MobileNetV3.</summary>
/// <param name="Inputs">Number of input channels.</param>
/// <param name="Hidden">Number of channels of the depthwise convolution. A 1x1 convolution precedes it if this is not
/// the number of inputs.</param>
/// <param name="Outputs">Number of output channels.</param>
/// <param name="Kernel">Side of the depthwise kernel.</param>
/// <param name="Stride">Stride of the depthwise convolution.</param>
internal sealed record InvertedResidual(long Inputs, long Hidden, long Outputs, long Kernel, long Stride)
{
    /// <summary>Channels between the two layers of squeeze and excitation; 0 for a block without them.</summary>
    public long Squeezed { get; init; }

    /// <summary>Follows each convolution but the last.</summary>
    public required Activation Activation { get; init; }

    /// <summary>Probability of stochastic depth.</summary>
    public double Drop { get; init; }

    /// <summary>Whether the block's input is added to its output.</summary>
    public bool IsResidual => Stride == 1 && Inputs == Outputs;
}

/// <summary>
/// Adds the layers of EfficientNet and MobileNetV3 to a network under torchvision's names. Convolutions start with
/// Kaiming's normal weights (fan-out) and biases of zero.
/// </summary>
/// <param name="root">The network.</param>
/// <param name="generator">Draws the weights; null leaves them zero.</param>
internal sealed class MobileLayers(NetworkRoot root, Generator? generator)
{
    /// <summary>Epsilon of batch normalization.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Momentum of batch normalization.</summary>
    public double Momentum { get; init; } = 0.1;

    /// <summary>The activation inside squeeze and excitation.</summary>
    public required Activation SqueezeActivation { get; init; }

    /// <summary>What squeeze and excitation ends with.</summary>
    public required Activation SqueezeGate { get; init; }

    /// <summary>A module of one convolution, <c>NAME.0</c>, normalization, <c>NAME.1</c>, and activation.</summary>
    public NetworkModule Add(string name, long inputs, long outputs, long kernel, long stride, Activation activation)
    {
        var layer = AddConvolution(name, inputs, outputs, kernel, stride);
        return new(name, x => Activate(x, layer, activation))
        {
            Write = (graph, x) => layer.Write(graph, x, activation),
        };
    }

    /// <summary>A module of one block, whose layers are <c>NAME.block.0</c>, <c>NAME.block.1</c> and so on.</summary>
    public NetworkModule Add(string name, InvertedResidual shape)
    {
        var (count, hidden) = (0, shape.Hidden);
        List<NormalizedConvolution> activated =
            hidden == shape.Inputs ? [] : [AddConvolution(Next(), shape.Inputs, hidden, 1)];
        activated.Add(AddConvolution(Next(), hidden, hidden, shape.Kernel, shape.Stride, hidden));
        var squeeze = shape.Squeezed == 0 ? null : AddSqueeze(Next(), hidden, shape.Squeezed);
        var projection = AddConvolution(Next(), hidden, shape.Outputs, 1);
        var dropout = root.Add($"{name}.stochastic_depth", new Dropout(shape.Drop, wholeImages: true));
        return new(name, Forward) { Write = Write };

        string Next() => $"{name}.block.{count++}";

        Tensor Forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var value = activated.Aggregate(input, (x, layer) => Activate(x, layer, shape.Activation));
            value = projection.Forward(squeeze is null ? value : squeeze.forward(value));
            return (shape.IsResidual ? dropout.forward(value) + input : value).MoveToOuterDisposeScope();
        }

        GraphValue Write(GraphWriter graph, GraphValue input)
        {
            var value = activated.Aggregate(input, (x, layer) => layer.Write(graph, x, shape.Activation));
            value = projection.Write(graph, squeeze?.Write(graph, value) ?? value);
            return shape.IsResidual ? graph.Plus(value, input.Name) : value;
        }
    }

    private NormalizedConvolution AddConvolution(
        string name,
        long inputs,
        long outputs,
        long kernel,
        long stride = 1,
        long groups = 1
    )
    {
        var convolution = root.Add(
            $"{name}.0",
            new Convolution(inputs, outputs, kernel, stride, kernel / 2, groups: groups)
        );
        WeightInitialization.KaimingNormal(convolution.Weight, fanOut: true, generator);
        return new(convolution, root.Add($"{name}.1", new BatchNormalization(outputs, Epsilon, Momentum)));
    }

    private SqueezeExcitation AddSqueeze(string name, long channels, long squeezed)
    {
        var layer = root.Add(name, new SqueezeExcitation(channels, squeezed, SqueezeActivation, SqueezeGate));
        foreach (var convolution in layer.Layers)
        {
            WeightInitialization.KaimingNormal(convolution.Weight, fanOut: true, generator);
        }

        return layer;
    }

    private static Tensor Activate(Tensor input, NormalizedConvolution layer, Activation activation)
    {
        using var scope = NewDisposeScope();
        return activation.Compute(layer.Forward(input)).MoveToOuterDisposeScope();
    }
}
