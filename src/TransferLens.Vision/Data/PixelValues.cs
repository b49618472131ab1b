using System.Runtime.InteropServices;
using TransferLens.Studies;
using static TorchSharp.torch;

namespace TransferLens.Data;

/// <summary>
/// What each of the 256 values of a pixel becomes, channel by channel: (value / 255 - mean) / deviation in float32. One look-up a
/// value instead of four passes over a batch.
/// </summary>
internal sealed class PixelValues
{
    private const int Values = 256;

    private readonly float[] table;

    private PixelValues(float[] table) => this.table = table;

    /// <summary>The table of a normalization, as tensors compute it.</summary>
    public static PixelValues Of(Normalization normalize)
    {
        using var scope = NewDisposeScope();
        var mean = tensor(normalize.Mean.Select(m => (float)m).ToArray()).view(-1, 1);
        var deviation = tensor(normalize.StandardDeviation.Select(d => (float)d).ToArray()).view(-1, 1);
        var all = arange(Values, dtype: ScalarType.Float32).div_(255).sub(mean).div_(deviation);
        return new(all.contiguous().data<float>().ToArray());
    }

    /// <summary>Normalizes a batch.</summary>
    /// <param name="pixels">(n, channels, size, size), uint8.</param>
    /// <returns>A new tensor of that shape, float32.</returns>
    public Tensor Apply(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var (source, result) = (pixels.contiguous(), empty(pixels.shape));
        var (channels, area) = ((int)pixels.shape[1], (int)(pixels.shape[2] * pixels.shape[3]));
        PictureParts.Each(source, result, (from, bytes) =>
        {
            var to = MemoryMarshal.Cast<byte, float>(bytes);
            for (int start = 0, channel = 0; start < from.Length; start += area, channel = (channel + 1) % channels)
            {
                var values = table.AsSpan(channel * Values, Values);
                for (var i = start; i < start + area; i++)
                {
                    to[i] = values[from[i]];
                }
            }
        });
        return result.MoveToOuterDisposeScope();
    }
}
