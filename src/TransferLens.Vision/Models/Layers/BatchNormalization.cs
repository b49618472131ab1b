using TorchSharp.Modules;
using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Batch normalization (Ioffe, Szegedy 2015) over (n, height, width), with the unbiased variance in the running
/// statistics. Parameters and statistics are float32 whatever the
/// input's number format.
/// </summary>
internal sealed class BatchNormalization : nn.Module<Tensor, Tensor>, IGraphLayer
{
    // What ONNX and PyTorch take where none is stated; a cumulative average has none.
    private const double UsualMomentum = 0.1;

    private readonly double epsilon;
    private readonly NormalizationState state;

    /// <summary>Weights one and biases zero, (channels).</summary>
    /// <param name="channels">Number of channels.</param>
    /// <param name="epsilon">Added to the variance; PyTorch's default is 1e-5.</param>
    /// <param name="momentum">Weight of a new batch in the running statistics; PyTorch's default is 0.1.</param>
    public BatchNormalization(long channels, double epsilon = 1e-5, double momentum = 0.1)
        : base("BatchNorm2d")
    {
        (this.epsilon, Momentum) = (epsilon, momentum);
        state = new(
            new Parameter(NewWeights.Ones(channels)),
            new Parameter(NewWeights.Zeros(channels)),
            NewWeights.Zeros(channels),
            NewWeights.Ones(channels),
            NewWeights.Count()
        );
        register_parameter("weight", state.Weight);
        register_parameter("bias", state.Bias);
        register_buffer("running_mean", state.Mean);
        register_buffer("running_var", state.Variance);
        register_buffer("num_batches_tracked", state.Batches);
    }

    /// <summary>Batch normalization with weights and statistics that another module owns.</summary>
    /// <param name="state">The weights and statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">Weight of a new batch in the running statistics.</param>
    public BatchNormalization(NormalizationState state, double epsilon, double momentum)
        : base("BatchNorm2d") => (this.state, this.epsilon, Momentum) = (state, epsilon, momentum);

    /// <summary>
    /// Weight of a new batch in the running statistics; null for a cumulative average, in which all batches weigh the
    /// same.
    /// </summary>
    public double? Momentum { get; set; }

    public override Tensor forward(Tensor input)
    {
        if (!training)
        {
            return nn.functional.batch_norm(
                input,
                state.Mean,
                state.Variance,
                state.Weight,
                state.Bias,
                training: false,
                eps: epsilon
            );
        }

        return nn.functional.batch_norm(
            input,
            state.Mean,
            state.Variance,
            state.Weight,
            state.Bias,
            training: true,
            momentum: CountBatch(),
            eps: epsilon
        );
    }

    /// <summary>Batch normalization followed by ReLU.</summary>
    public Tensor Activated(Tensor input) => Activated(input, null);

    /// <summary>Batch normalization, plus a residual if there is one, followed by ReLU.</summary>
    /// <param name="input">(n, channels, height, width).</param>
    /// <param name="residual">Of the same shape; null for none.</param>
    /// <returns>A new tensor, which must not be changed in place.</returns>
    public Tensor Activated(Tensor input, Tensor? residual)
    {
        if (training && NormalizedActivation.Fits(input, residual, state))
        {
            return NormalizedActivation.Compute(input, residual, state, epsilon, CountBatch());
        }

        return Rectify(forward(input), residual);
    }

    /// <summary>Adds a residual if there is one, and applies ReLU.</summary>
    /// <param name="output">Changed in place.</param>
    /// <param name="residual">Of the same shape; null for none.</param>
    /// <returns>The same tensor as <paramref name="output"/>.</returns>
    public static Tensor Rectify(Tensor output, Tensor? residual) =>
        (residual is null ? output : output.add_(residual)).relu_();

    // The weight of the new batch in the running statistics.
    private double CountBatch()
    {
        using (no_grad())
        {
            state.Batches.add_(1); // In-place operations return their own tensor: it must not be disposed.
        }

        return Momentum ?? 1.0 / state.Batches.item<long>();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        using var scope = graph.EnterOwner(state.Weight);
        var output = graph.Add(
            "BatchNormalization",
            [
                input.Name,
                graph.Weight(state.Weight),
                graph.Weight(state.Bias),
                graph.Weight(state.Mean),
                graph.Weight(state.Variance),
            ],
            NodeAttribute.Of("epsilon", epsilon),
            NodeAttribute.Of("momentum", 1 - (Momentum ?? UsualMomentum)) // of the old statistics, in ONNX
        );
        return input with { Name = output };
    }

    /// <summary>Evaluation as a factor and a summand for each channel.</summary>
    public (Tensor Scale, Tensor Shift) Affine()
    {
        using var scope = NewDisposeScope();
        var scale = state.Weight / (state.Variance + epsilon).sqrt_();
        return (scale.MoveToOuterDisposeScope(), (state.Bias - (state.Mean * scale)).MoveToOuterDisposeScope());
    }

    /// <summary>Resets the running statistics: mean 0, variance 1, no batches.</summary>
    public void Reset()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        state.Mean.zero_();
        state.Variance.fill_(1);
        state.Batches.zero_();
    }
}
