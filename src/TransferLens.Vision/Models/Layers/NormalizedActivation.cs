using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Batch normalization over (n, height, width), the addition of a residual and ReLU as one operation of training, with
/// one backward pass: y = max(w (x - mean) / sqrt(var + epsilon) + b + residual, 0). Three operations go over the
/// activations seven or eight times forward and backward, this one four times. It is faster only on processors with
/// 512-bit vectors. It has first derivatives only, its backward pass runs once, and its result must not be changed in
/// place.
/// </summary>
internal sealed class NormalizedActivation : autograd.SingleTensorFunction<NormalizedActivation>
{
    /// <summary>Statistics of a batch, which get no gradient.</summary>
    /// <param name="Mean">For each channel.</param>
    /// <param name="Deviation">sqrt(var + epsilon) for each channel.</param>
    private sealed record Statistics(double[] Mean, double[] Deviation);

    // What the last backward pass on this thread returned. libtorch has taken it by the next one; as long as TorchSharp
    // refers to it too, libtorch can neither free it nor add to it in place.
    [ThreadStatic]
    private static List<Tensor>? returned;

    public override string Name => nameof(NormalizedActivation);

    /// <summary>
    /// Whether the processor has 512-bit vectors, and the activations are in main memory with the channels last, a
    /// multiple of 16, in float32 or bfloat16.
    /// </summary>
    public static bool Fits(Tensor input, Tensor? residual, NormalizationState state) =>
        Vector512.IsHardwareAccelerated
        && input.device_type == DeviceType.CPU
        && input.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && state.Weight.dtype == ScalarType.Float32
        && input.dim() == 4
        && input.shape[1] % ChannelRows.ChannelMultiple == 0
        && input.numel() > input.shape[1]
        && ChannelRows.IsChannelsLast(input)
        && (residual is null || (residual.dtype == input.dtype && residual.shape.AsSpan().SequenceEqual(input.shape)));

    /// <summary>Normalizes by the statistics of the batch, which enter the running statistics.</summary>
    /// <param name="input">(n, channels, height, width); must fit (<see cref="Fits"/>).</param>
    /// <param name="residual">Added before ReLU, of the same shape; null for none.</param>
    /// <param name="state">Weights and running statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">Weight of this batch in the running statistics.</param>
    /// <returns>A new tensor of the same shape, number format and order in memory.</returns>
    public static Tensor Compute(
        Tensor input,
        Tensor? residual,
        NormalizationState state,
        double epsilon,
        double momentum
    )
    {
        using var scope = NewDisposeScope();
        var (mean, variance) = ChannelRows.Create(input).Moments();
        var rows = input.numel() / mean.Length;
        using (no_grad())
        {
            Update(state.Mean, mean, momentum);
            Update(state.Variance, [.. variance.Select(one => one * rows / (rows - 1))], momentum);
        }

        var statistics = new Statistics(mean, [.. variance.Select(one => Math.Sqrt(one + epsilon))]);
        object[] operands = residual is null
            ? [input, state.Weight, state.Bias, statistics]
            : [input, state.Weight, state.Bias, residual, statistics];
        var needsGradient = operands.Any(operand => operand is Tensor { requires_grad: true });
        var output =
            is_grad_enabled() && needsGradient
                ? apply(operands)
                : Forward(input, state.Weight, state.Bias, residual, statistics);
        return output.MoveToOuterDisposeScope();
    }

    // What the backward pass needs, and frees: TorchSharp would keep it until the end of the whole backward pass. The
    // tensors have no history: an output that its own node refers to would never be freed.
    private sealed record SavedTensors(
        Tensor Input,
        Tensor Weight,
        Tensor Output,
        Statistics Statistics,
        bool HasResidual
    ) : IDisposable
    {
        public void Dispose()
        {
            Input.Dispose();
            Weight.Dispose();
            Output.Dispose();
        }
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, weight, residual) = ((Tensor)vars[0], (Tensor)vars[1], vars[3] as Tensor);
        var statistics = (Statistics)vars[^1];
        var output = Forward(input, weight, (Tensor)vars[2], residual, statistics);
        ctx.save_data(
            nameof(SavedTensors),
            new SavedTensors(Alias(input), Alias(weight), Alias(output), statistics, residual is not null)
        );
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var saved = (SavedTensors)ctx.get_data(nameof(SavedTensors));
        var (input, weight, output, statistics, hasResidual) = saved;
        returned?.ForEach(tensor => tensor.Dispose());
        using var owned = grad_output;
        var gradient = ChannelRows.IsChannelsLast(grad_output) ? grad_output : empty_like(input).copy_(grad_output);
        var masked = hasResidual ? empty_like(input) : null;
        var rows = ChannelRows.Create(input);
        var means = statistics.Mean.Select(one => (float)one).ToArray();
        var (sums, products) = rows.GradientSums(gradient, output, means, masked);
        var (count, channels) = (input.numel() / sums.Length, sums.Length);
        var (scales, slopes, shifts) = (new float[channels], new float[channels], new float[channels]);
        var weights = Numbers(weight);
        for (var channel = 0; channel < channels; channel++)
        {
            var deviation = statistics.Deviation[channel];
            var scale = weights[channel] / deviation;
            scales[channel] = (float)scale;
            slopes[channel] = (float)(-scale * products[channel] / (deviation * deviation * count));
            shifts[channel] = (float)(
                (-scale * sums[channel] / count) - ((double)slopes[channel] * statistics.Mean[channel])
            );
        }

        var result = empty_like(input);
        rows.GradientOfInput(gradient, output, masked, scales, slopes, shifts, result);
        var ofWeight = tensor([.. products.Select((one, channel) => (float)(one / statistics.Deviation[channel]))]);
        var ofBias = tensor([.. sums.Select(one => (float)one)]);
        Tensor[] gradients = masked is null ? [result, ofWeight, ofBias] : [result, ofWeight, ofBias, masked];
        returned = [.. gradients.Select(one => one.MoveToOuterDisposeScope())];
        return [.. returned, null!]; // the statistics have none
    }

    private static Tensor Forward(Tensor input, Tensor weight, Tensor bias, Tensor? residual, Statistics statistics)
    {
        var (weights, biases) = (Numbers(weight), Numbers(bias));
        var scales = new float[weights.Length];
        var shifts = new float[weights.Length];
        for (var channel = 0; channel < weights.Length; channel++)
        {
            scales[channel] = (float)(weights[channel] / statistics.Deviation[channel]);
            shifts[channel] = (float)(biases[channel] - ((double)scales[channel] * statistics.Mean[channel]));
        }

        if (residual is not null && !ChannelRows.IsChannelsLast(residual))
        {
            residual = empty_like(input).copy_(residual);
        }

        var output = empty_like(input);
        ChannelRows.Create(input).Activate(scales, shifts, residual, output);
        return output;
    }

    private static Tensor Alias(Tensor values) => values.detach().DetachFromDisposeScope();

    private static void Update(Tensor running, double[] batch, double momentum)
    {
        using var values = tensor(batch, running.dtype);
        running.mul_(1 - momentum).add_(values, alpha: momentum);
    }

    private static float[] Numbers(Tensor values)
    {
        using var plain = values.detach();
        return plain.data<float>().ToArray();
    }
}
