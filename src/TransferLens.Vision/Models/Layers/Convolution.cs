using TorchSharp.Modules;
using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A convolution without dilation. It computes in the number format of its input: for a bfloat16 input the float32
/// weights are cast to bfloat16, and their gradients arrive in float32.
/// </summary>
internal sealed class Convolution : nn.Module<Tensor, Tensor>, ICounted, IGraphLayer
{
    private readonly LayerWeights weights;
    private readonly long stride;
    private readonly long padding;
    private readonly long groups;

    /// <summary>Weights (outputs, inputs / groups, kernel, kernel), zero until a network initializes them.</summary>
    public Convolution(
        long inputs,
        long outputs,
        long kernel,
        long stride = 1,
        long padding = 0,
        bool bias = false,
        long groups = 1
    )
        : base("Conv2d")
    {
        (this.stride, this.padding, this.groups) = (stride, padding, groups);
        weights = new(
            new Parameter(NewWeights.Zeros(outputs, inputs / groups, kernel, kernel)),
            bias ? new Parameter(NewWeights.Zeros(outputs)) : null
        );
        register_parameter("weight", Weight);
        if (Bias is { } own)
        {
            register_parameter("bias", own);
        }
    }

    /// <summary>A convolution with weights that another module owns.</summary>
    /// <param name="weights">Weights (outputs, inputs / groups, kernel, kernel) and biases (outputs).</param>
    /// <param name="stride">Step along both axes.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="groups">Number of groups.</param>
    public Convolution(LayerWeights weights, long stride, long padding, long groups)
        : base("Conv2d")
    {
        (this.weights, this.stride, this.padding, this.groups) = (weights, stride, padding, groups);
    }

    public Parameter Weight => weights.Weight;

    public Parameter? Bias => weights.Bias;

    public LayerPass? Last { get; private set; }

    public override Tensor forward(Tensor input) => Forward(input, null);

    /// <summary>The convolution, followed by a factor and a summand for each output channel.</summary>
    /// <param name="input">(n, inputs, height, width).</param>
    /// <param name="affine">Factors and summands (outputs), float32; null for none.</param>
    public Tensor Forward(Tensor input, (Tensor Scale, Tensor Shift)? affine)
    {
        using var scope = NewDisposeScope();
        var (kernel, biases) = ((Tensor)Weight, (Tensor?)Bias);
        if (affine is var (scale, shift))
        {
            (kernel, biases) = (Weight * scale.view(-1, 1, 1, 1), Bias is null ? shift : (Bias * scale) + shift);
        }

        (kernel, biases) = (kernel.to(input.dtype), biases?.to(input.dtype));
        var output = IsPointwise
            ? Pointwise(input, kernel, biases)
            : nn.functional.conv2d(
                input,
                kernel,
                biases,
                strides: [stride, stride],
                padding: [padding, padding],
                groups: groups
            );
        Last = LayerPass.Count(input, Weight, output);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        using var scope = graph.EnterOwner(Weight);
        var kernel = Weight.shape[2];
        var weight = graph.Weight(Weight);
        var output = graph.Add(
            "Conv",
            Bias is null ? [input.Name, weight] : [input.Name, weight, graph.Weight(Bias)],
            NodeAttribute.Of("group", groups),
            NodeAttribute.Of("kernel_shape", kernel, kernel),
            NodeAttribute.Of("pads", padding, padding, padding, padding),
            NodeAttribute.Of("strides", stride, stride)
        );
        return new(output, GraphPooling.Windows(input.Side, kernel, stride, padding));
    }

    /// <summary>Whether it is a linear map of the channels at each position.</summary>
    public bool IsPointwise => Weight.shape[2] == 1 && Weight.shape[3] == 1 && padding == 0 && groups == 1;

    // A 1x1 kernel is one matrix product over the channels, which are adjacent in memory with channels last. It also
    // avoids oneDNN, which divides by zero and ends the process in some of these convolutions (AVX-512, libtorch 2.10:
    // forward with channels last and 2^18 weights or more, backward with a stride on maps of a few pixels).
    private Tensor Pointwise(Tensor input, Tensor kernel, Tensor? biases)
    {
        var every = TensorIndex.Slice(step: stride);
        var sampled = stride == 1 ? input : input[TensorIndex.Ellipsis, every, every];
        var pixels = sampled.permute(0, 2, 3, 1).reshape(-1, sampled.shape[1]);
        var output = nn.functional.linear(pixels, kernel.flatten(1));
        output = biases is null ? output : output.add_(biases); // one call for both is slow in bfloat16
        return output.view(sampled.shape[0], sampled.shape[2], sampled.shape[3], -1).permute(0, 3, 1, 2);
    }
}
