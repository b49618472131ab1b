using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Initial weights drawn from a given generator (He et al. 2015; PyTorch's defaults). Without one they do not change.
/// </summary>
internal static class WeightInitialization
{
    /// <summary>
    /// Kaiming's normal weights: standard deviation <paramref name="factor"/> sqrt(2 / fan), fan being the number of
    /// inputs, or of outputs, times the size of the kernel.
    /// </summary>
    public static void KaimingNormal(Tensor weight, bool fanOut, Generator? generator, double factor = 1)
    {
        if (generator is null)
        {
            return;
        }

        using var frozen = no_grad();
        var kernel = weight.shape.Skip(2).Aggregate(1L, (a, b) => a * b);
        var fan = weight.shape[fanOut ? 0 : 1] * kernel;
        Draw(weight, values => values.normal_(0, factor * Math.Sqrt(2.0 / fan), generator));
    }

    /// <summary>
    /// Normal weights with the given standard deviation. The truncation at +-2 in some sources has no effect at 0.02:
    /// it is a hundred standard deviations away.
    /// </summary>
    public static void Normal(Tensor weight, double deviation, Generator? generator)
    {
        if (generator is null)
        {
            return;
        }

        using var frozen = no_grad();
        Draw(weight, values => values.normal_(0, deviation, generator));
    }

    /// <summary>Uniform weights within +-<paramref name="bound"/>.</summary>
    public static void Uniform(Tensor weight, double bound, Generator? generator)
    {
        if (generator is null)
        {
            return;
        }

        using var frozen = no_grad();
        Draw(weight, values => values.uniform_(-bound, bound, generator));
    }

    /// <summary>
    /// PyTorch's default for weights of convolutions and linear layers: uniform within +-1 / sqrt(fan), fan being the
    /// number of inputs times the size of the kernel.
    /// </summary>
    public static void WeightDefault(Tensor weight, Generator? generator) =>
        Uniform(weight, 1 / Math.Sqrt(weight.numel() / weight.shape[0]), generator);

    /// <summary>PyTorch's default for convolutions with biases: both uniform within +-1 / sqrt(fan).</summary>
    public static void ConvolutionDefault(Convolution convolution, Generator? generator)
    {
        WeightDefault(convolution.Weight, generator);
        if (generator is not null && convolution.Bias is { } bias)
        {
            using var frozen = no_grad();
            var bound = 1 / Math.Sqrt(convolution.Weight.numel() / convolution.Weight.shape[0]);
            Draw(bias, values => values.uniform_(-bound, bound, generator));
        }
    }

    /// <summary>PyTorch's default for linear layers: weights and biases uniform within +-1 / sqrt(inputs).</summary>
    public static void LinearDefault(Linear linear, Generator? generator)
    {
        if (generator is null)
        {
            return;
        }

        using var frozen = no_grad();
        var bound = 1 / Math.Sqrt(linear.Weight.shape[1]);
        Draw(linear.Weight, values => values.uniform_(-bound, bound, generator));
        if (linear.Bias is { } bias)
        {
            Draw(bias, values => values.uniform_(-bound, bound, generator));
        }
    }

    // The generator is on the CPU, so the weights are the same on every device.
    private static void Draw(Tensor weight, Action<Tensor> draw)
    {
        if (weight.device_type == TorchSharp.DeviceType.CPU)
        {
            draw(weight);
            return;
        }

        using var values = empty(weight.shape);
        draw(values);
        weight.copy_(values);
    }
}
