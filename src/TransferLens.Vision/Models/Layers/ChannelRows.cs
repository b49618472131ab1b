using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Activations with the channels last in memory, as rows of channels: one row for each image and position. Sums over
/// rows are made of blocks of rows, in an order that does not depend on the number of threads.
/// </summary>
internal abstract class ChannelRows
{
    /// <summary>The number of channels is a multiple of this.</summary>
    public const int ChannelMultiple = 16;

    /// <summary>Whether a tensor (n, channels, height, width) has the channels last in memory, without gaps.</summary>
    public static bool IsChannelsLast(Tensor activations)
    {
        var (shape, strides) = (activations.shape, activations.stride());
        var expected = 1L;
        foreach (var axis in (ReadOnlySpan<int>)[1, 3, 2, 0])
        {
            if (shape[axis] != 1 && strides[axis] != expected)
            {
                return false;
            }

            expected *= shape[axis];
        }

        return true;
    }

    /// <summary>The rows of a tensor (<see cref="IsChannelsLast"/>) in float32 or bfloat16.</summary>
    public static ChannelRows Create(Tensor activations) =>
        activations.dtype == ScalarType.Float32
            ? new FormattedRows<float, Float32Vectors>(activations)
            : new FormattedRows<ushort, Bfloat16Vectors>(activations);

    /// <summary>Mean and biased variance of each channel.</summary>
    public abstract (double[] Mean, double[] Variance) Moments();

    /// <summary>max(x scale + shift + residual, 0).</summary>
    /// <param name="scales">For each channel.</param>
    /// <param name="shifts">For each channel.</param>
    /// <param name="residual">Laid out as these activations; null for none.</param>
    /// <param name="output">Receives the result.</param>
    public abstract void Activate(float[] scales, float[] shifts, Tensor? residual, Tensor output);

    /// <summary>
    /// Sums over rows of g and of g (x - mean), where g is the gradient where the output is not 0, and 0 elsewhere.
    /// </summary>
    /// <param name="gradient">Of the output.</param>
    /// <param name="output">What <see cref="Activate"/> gave.</param>
    /// <param name="means">For each channel.</param>
    /// <param name="masked">Receives g; null if nothing needs it.</param>
    public abstract (double[] Sums, double[] Products) GradientSums(
        Tensor gradient,
        Tensor output,
        float[] means,
        Tensor? masked
    );

    /// <summary>g scale + x slope + shift, with g as in <see cref="GradientSums"/>.</summary>
    /// <param name="gradient">Of the output.</param>
    /// <param name="output">What <see cref="Activate"/> gave.</param>
    /// <param name="masked">g if known; null to compute it again.</param>
    /// <param name="scales">For each channel.</param>
    /// <param name="slopes">For each channel.</param>
    /// <param name="shifts">For each channel.</param>
    /// <param name="result">Receives the gradient of the activations.</param>
    public abstract void GradientOfInput(
        Tensor gradient,
        Tensor output,
        Tensor? masked,
        float[] scales,
        float[] slopes,
        float[] shifts,
        Tensor result
    );
}
