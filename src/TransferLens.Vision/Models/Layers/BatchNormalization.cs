using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Batch normalization (Ioffe, Szegedy 2015) over (n, height, width), with the unbiased variance in the running
/// statistics. Parameters and statistics are float32 whatever the
/// input's number format.
/// </summary>
internal sealed class BatchNormalization : nn.Module<Tensor, Tensor>
{
    private readonly double epsilon;
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly Tensor mean;
    private readonly Tensor variance;
    private readonly Tensor batches;

    /// <summary>Weights one and biases zero, (channels).</summary>
    /// <param name="channels">Number of channels.</param>
    /// <param name="epsilon">Added to the variance; PyTorch's default is 1e-5.</param>
    /// <param name="momentum">Weight of a new batch in the running statistics; PyTorch's default is 0.1.</param>
    public BatchNormalization(long channels, double epsilon = 1e-5, double momentum = 0.1)
        : base("BatchNorm2d")
    {
        (this.epsilon, Momentum) = (epsilon, momentum);
        register_parameter("weight", weight = new Parameter(NewWeights.Ones(channels)));
        register_parameter("bias", bias = new Parameter(NewWeights.Zeros(channels)));
        register_buffer("running_mean", mean = NewWeights.Zeros(channels));
        register_buffer("running_var", variance = NewWeights.Ones(channels));
        register_buffer("num_batches_tracked", batches = NewWeights.Count());
    }

    /// <summary>
    /// Weight of a new batch in the running statistics; null for a cumulative average, in which all batches weigh the
    /// same.
    /// </summary>
    public double? Momentum { get; set; }

    public override Tensor forward(Tensor input)
    {
        if (!training)
        {
            return nn.functional.batch_norm(input, mean, variance, weight, bias, training: false, eps: epsilon);
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
            eps: epsilon
        );
    }

    /// <summary>Evaluation as a factor and a summand for each channel.</summary>
    public (Tensor Scale, Tensor Shift) Affine()
    {
        using var scope = NewDisposeScope();
        var scale = weight / (variance + epsilon).sqrt_();
        return (scale.MoveToOuterDisposeScope(), (bias - (mean * scale)).MoveToOuterDisposeScope());
    }

    /// <summary>Resets the running statistics: mean 0, variance 1, no batches.</summary>
    public void Reset()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        mean.zero_();
        variance.fill_(1);
        batches.zero_();
    }
}
