using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A convolution without dilation. Computes in its input's number format: a bfloat16 input meets the float32
/// weights cast to bfloat16, so that gradients arrive in float32.
/// </summary>
internal sealed class Convolution : nn.Module<Tensor, Tensor>, ICounted
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
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
        register_parameter(
            "weight",
            weight = new Parameter(NewWeights.Zeros(outputs, inputs / groups, kernel, kernel))
        );
        if (bias)
        {
            register_parameter("bias", this.bias = new Parameter(NewWeights.Zeros(outputs)));
        }
    }

    public Parameter Weight => weight;

    public Parameter? Bias => bias;

    public LayerPass? Last { get; private set; }

    public override Tensor forward(Tensor input) => Forward(input, null);

    /// <summary>The output with each channel multiplied by a number and moved by another.</summary>
    /// <param name="input">(n, inputs, height, width).</param>
    /// <param name="affine">A factor and a summand for each channel, float32; null for none.</param>
    public Tensor Forward(Tensor input, (Tensor Scale, Tensor Shift)? affine)
    {
        using var scope = NewDisposeScope();
        var (weights, biases) = ((Tensor)weight, (Tensor?)bias);
        if (affine is var (scale, shift))
        {
            (weights, biases) = (weight * scale.view(-1, 1, 1, 1), bias is null ? shift : (bias * scale) + shift);
        }

        (weights, biases) = (weights.to(input.dtype), biases?.to(input.dtype));
        var output = IsPointwise
            ? Pointwise(input, weights, biases)
            : nn.functional.conv2d(
                input,
                weights,
                biases,
                strides: [stride, stride],
                padding: [padding, padding],
                groups: groups
            );
        Last = LayerPass.Of(input, weight, output);
        return output.MoveToOuterDisposeScope();
    }

    private bool IsPointwise => weight.shape[2] == 1 && weight.shape[3] == 1 && padding == 0 && groups == 1;

    // A kernel of one pixel multiplies every stride-th pixel's channels with one matrix; with channels last these lie side by side.
    // It also keeps clear of oneDNN, which divides by zero and ends the process in some such convolutions (AVX-512, libtorch 2.10:
    // forward with channels last and from 2^18 weights on, backward with a stride on maps of a few pixels).
    private Tensor Pointwise(Tensor input, Tensor weights, Tensor? biases)
    {
        var every = TensorIndex.Slice(step: stride);
        var seen = stride == 1 ? input : input[TensorIndex.Ellipsis, every, every];
        var output = nn.functional.linear(seen.permute(0, 2, 3, 1).reshape(-1, seen.shape[1]), weights.flatten(1));
        output = biases is null ? output : output.add_(biases); // in bfloat16 a product with a summand is slow
        return output.view(seen.shape[0], seen.shape[2], seen.shape[3], -1).permute(0, 3, 1, 2);
    }
}

/// <summary>A linear layer that computes in its input's number format, as <see cref="Convolution"/> does.</summary>
internal sealed class Linear : nn.Module<Tensor, Tensor>, ICounted
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    /// <summary>Weights (outputs, inputs) and biases (outputs), zero until a network initializes them.</summary>
    public Linear(long inputs, long outputs)
        : base("Linear")
    {
        register_parameter("weight", weight = new Parameter(NewWeights.Zeros(outputs, inputs)));
        register_parameter("bias", bias = new Parameter(NewWeights.Zeros(outputs)));
    }

    public Parameter Weight => weight;

    public Parameter Bias => bias;

    public LayerPass? Last { get; private set; }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = nn.functional.linear(input, weight.to(input.dtype), bias.to(input.dtype));
        Last = LayerPass.Of(input, weight, output);
        return output.MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Batch normalization over (n, height, width) with PyTorch's defaults: epsilon 1e-5, running statistics moved by a
/// tenth a batch, the unbiased variance kept. Parameters and statistics stay float32 in either number format.
/// </summary>
internal sealed class BatchNormalization : nn.Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-5;

    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly Tensor mean;
    private readonly Tensor variance;
    private readonly Tensor batches;

    public BatchNormalization(long channels)
        : base("BatchNorm2d")
    {
        register_parameter("weight", weight = new Parameter(NewWeights.Ones(channels)));
        register_parameter("bias", bias = new Parameter(NewWeights.Zeros(channels)));
        register_buffer("running_mean", mean = NewWeights.Zeros(channels));
        register_buffer("running_var", variance = NewWeights.Ones(channels));
        register_buffer("num_batches_tracked", batches = NewWeights.Count());
    }

    /// <summary>PyTorch's default of <see cref="Momentum"/>.</summary>
    public const double DefaultMomentum = 0.1;

    /// <summary>Share of a new batch in the running statistics; null for a cumulative average, each batch weighing the same.</summary>
    public double? Momentum { get; set; } = DefaultMomentum;

    public override Tensor forward(Tensor input)
    {
        if (!training)
        {
            return nn.functional.batch_norm(input, mean, variance, weight, bias, training: false, eps: Epsilon);
        }

        using (no_grad())
        {
            batches.add_(1); // In-place operations return their own tensor: it must not be disposed.
        }

        var share = Momentum ?? 1.0 / batches.item<long>();
        return nn.functional.batch_norm(
            input,
            mean,
            variance,
            weight,
            bias,
            training: true,
            momentum: share,
            eps: Epsilon
        );
    }

    /// <summary>What evaluation does to each channel: a factor and a summand.</summary>
    public (Tensor Scale, Tensor Shift) Affine()
    {
        using var scope = NewDisposeScope();
        var scale = weight / (variance + Epsilon).sqrt_();
        return (scale.MoveToOuterDisposeScope(), (bias - (mean * scale)).MoveToOuterDisposeScope());
    }

    /// <summary>Forgets the running statistics: mean 0, variance 1, no batch seen.</summary>
    public void Reset()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        mean.zero_();
        variance.fill_(1);
        batches.zero_();
    }
}
