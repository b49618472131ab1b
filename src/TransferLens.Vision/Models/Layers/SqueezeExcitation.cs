using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Squeeze and excitation (Hu, Shen, Sun 2018): x * gate(W2 activation(W1 mean(x))). The mean is over height and width;
/// W1 and W2 are 1x1 convolutions with biases, <c>fc1</c> and <c>fc2</c> in torchvision.
/// </summary>
internal sealed class SqueezeExcitation : nn.Module<Tensor, Tensor>, IGraphLayer
{
    // TorchSharp registers a layer in a field under the field's name too, but not one in an array.
    private readonly Convolution[] layers;
    private readonly Activation activation;
    private readonly Activation gate;

    /// <summary>Weights and biases are zero until a network initializes them.</summary>
    /// <param name="channels">Number of channels.</param>
    /// <param name="squeezed">Number of channels between the two convolutions.</param>
    /// <param name="activation">Follows the first convolution.</param>
    /// <param name="gate">Follows the second one.</param>
    public SqueezeExcitation(long channels, long squeezed, Activation activation, Activation gate)
        : base("SqueezeExcitation")
    {
        (this.activation, this.gate) = (activation, gate);
        layers = [new(channels, squeezed, 1, bias: true), new(squeezed, channels, 1, bias: true)];
        register_module("fc1", layers[0]);
        register_module("fc2", layers[1]);
    }

    /// <summary>Both convolutions.</summary>
    public IReadOnlyList<Convolution> Layers => layers;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var mean = input.mean([2, 3], keepdim: true);
        var factors = gate.Compute(layers[1].forward(activation.Compute(layers[0].forward(mean))));
        return (input * factors).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        var mean = graph.Mean(input, true, 2, 3) with { Side = 1 };
        var squeezed = activation.Write(graph, layers[0].Write(graph, mean));
        return graph.Times(input, gate.Write(graph, layers[1].Write(graph, squeezed)).Name);
    }
}
