using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Batch normalization over (n, height, width), the addition of a residual and ReLU as one operation of training, with
/// one backward pass: y = max(w (x - mean) / sqrt(var + epsilon) + b + residual, 0). Three operations go over the
/// activations seven times forward and backward; this one goes over them four times. It gains where the processor has
/// 512-bit vectors.
/// </summary>
internal sealed class NormalizedActivation : autograd.SingleTensorFunction<NormalizedActivation>
{
    /// <summary>What a forward pass knows and no gradient is asked for.</summary>
    /// <param name="Mean">(channels), float32.</param>
    /// <param name="Deviation">sqrt(var + epsilon), (channels), float32.</param>
    private sealed record Statistics(float[] Mean, float[] Deviation);

    public override string Name => nameof(NormalizedActivation);

    /// <summary>
    /// Whether the processor has 512-bit vectors, and the activations are in main memory with the channels last, a
    /// multiple of 16, in float32 or bfloat16.
    /// </summary>
    public static bool Fits(Tensor input, Tensor? residual) =>
        Vector512.IsHardwareAccelerated
        && input.device_type == DeviceType.CPU
        && input.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && input.dim() == 4
        && input.shape[1] % ChannelRows.Multiple == 0
        && input.numel() > input.shape[1]
        && ChannelRows.Has(input)
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
        var (mean, variance) = ChannelRows.Of(input).Moments();
        var rows = input.numel() / mean.Length;
        using (no_grad())
        {
            Update(state.Mean, mean, momentum);
            Update(state.Variance, [.. variance.Select(one => one * rows / (rows - 1))], momentum);
        }

        var statistics = new Statistics(
            [.. mean.Select(one => (float)one)],
            [.. variance.Select(one => (float)Math.Sqrt(one + epsilon))]
        );
        object[] operands = residual is null
            ? [input, state.Weight, state.Bias, statistics]
            : [input, state.Weight, state.Bias, residual, statistics];
        var output = is_grad_enabled()
            ? apply(operands)
            : Forward(input, state.Weight, state.Bias, residual, statistics);
        return output.MoveToOuterDisposeScope();
    }

    // What the backward pass needs, which frees it: TorchSharp would keep it until the end of the whole backward pass.
    // The tensors have no history: an output that its own node keeps would never be freed.
    private sealed record Kept(Tensor Input, Tensor Weight, Tensor Output, Statistics Statistics, bool HasResidual)
        : IDisposable
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
            nameof(Kept),
            new Kept(Alias(input), Alias(weight), Alias(output), statistics, residual is not null)
        );
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var kept = (Kept)ctx.get_data(nameof(Kept));
        var (input, weight, output, statistics, hasResidual) = kept;
        var gradient = ChannelRows.Has(grad_output) ? grad_output : empty_like(input).copy_(grad_output);
        var inner = hasResidual ? empty_like(input) : null;
        var rows = ChannelRows.Of(input);
        var (sums, products) = rows.GradientSums(gradient, output, statistics.Mean, inner);
        var (count, channels) = (input.numel() / sums.Length, sums.Length);
        var (scales, slopes, shifts) = (new float[channels], new float[channels], new float[channels]);
        var weights = Numbers(weight);
        for (var channel = 0; channel < channels; channel++)
        {
            var deviation = (double)statistics.Deviation[channel];
            var scale = weights[channel] / deviation;
            scales[channel] = (float)scale;
            slopes[channel] = (float)(-scale * products[channel] / (deviation * deviation * count));
            shifts[channel] = (float)(
                (-scale * sums[channel] / count) - ((double)slopes[channel] * statistics.Mean[channel])
            );
        }

        var result = empty_like(input);
        rows.GradientOfInput(gradient, output, inner, scales, slopes, shifts, result);
        var ofWeight = tensor([.. products.Select((one, channel) => (float)(one / statistics.Deviation[channel]))]);
        var ofBias = tensor([.. sums.Select(one => (float)one)]);
        Tensor[] gradients = inner is null ? [result, ofWeight, ofBias] : [result, ofWeight, ofBias, inner];
        return [.. gradients.Select(one => one.MoveToOuterDisposeScope()), null!]; // none of the statistics
    }

    private static Tensor Forward(Tensor input, Tensor weight, Tensor bias, Tensor? residual, Statistics statistics)
    {
        var (weights, biases) = (Numbers(weight), Numbers(bias));
        var scales = new float[weights.Length];
        var shifts = new float[weights.Length];
        for (var channel = 0; channel < weights.Length; channel++)
        {
            var scale = (double)weights[channel] / statistics.Deviation[channel];
            scales[channel] = (float)scale;
            shifts[channel] = (float)(biases[channel] - (scale * statistics.Mean[channel]));
        }

        if (residual is not null && !ChannelRows.Has(residual))
        {
            residual = empty_like(input).copy_(residual);
        }

        var output = empty_like(input);
        ChannelRows.Of(input).Activate(scales, shifts, residual, output);
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
