using System.Runtime.InteropServices;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>
/// What each of the 256 values of a pixel becomes, channel by channel: (value / 255 - mean) / deviation in float32; and where it goes,
/// when blocks are shuffled after normalization. One look-up a value instead of five passes over a batch.
/// </summary>
internal sealed class PixelValues
{
    private const int Values = 256;

    private readonly float[] table;
    private readonly ImageRun[] runs;
    private readonly int size;

    private PixelValues(float[] table, ImageRun[] runs, int size) =>
        (this.table, this.runs, this.size) = (table, runs, size);

    /// <summary>The table of a normalization, as tensors compute it.</summary>
    /// <param name="normalize">The normalization.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <param name="shuffle">Permutes the blocks of an image; null for none.</param>
    /// <exception cref="ArgumentException">The shuffle is one of images of another size.</exception>
    public static PixelValues Of(Normalization normalize, int size, BlockShuffle? shuffle = null)
    {
        using var scope = NewDisposeScope();
        var mean = tensor(normalize.Mean.Select(m => (float)m).ToArray()).view(-1, 1);
        var deviation = tensor(normalize.StandardDeviation.Select(d => (float)d).ToArray()).view(-1, 1);
        var all = arange(Values, dtype: ScalarType.Float32).div_(255).sub(mean).div_(deviation);
        var (area, image) = (size * size, normalize.Mean.Length * size * size);
        if (shuffle is not null && shuffle.Values != image)
        {
            throw new ArgumentException(
                $"Images of {image} values were given to a shuffle of {shuffle.Values}.",
                nameof(shuffle)
            );
        }

        return new(
            all.contiguous().data<float>().ToArray(),
            [.. (shuffle?.Runs ?? [new(0, 0, image)]).SelectMany(run => run.Within(area))],
            size
        );
    }

    /// <summary>Normalizes a batch, and shuffles its blocks.</summary>
    /// <param name="pixels">(n, channels, size, size), uint8.</param>
    /// <returns>A new tensor of that shape, float32.</returns>
    /// <exception cref="ArgumentException">The images have another shape, such as after an augmentation that does not keep it.</exception>
    public Tensor Apply(Tensor pixels)
    {
        if (
            pixels.shape is not [_, var planes, var height, var width]
            || (planes, height, width) != (table.Length / Values, size, size)
        )
        {
            throw new ArgumentException(
                $"Images of {size} x {size} were awaited, but these are ({string.Join(", ", pixels.shape)}).",
                nameof(pixels)
            );
        }

        using var scope = NewDisposeScope();
        var (source, result) = (pixels.contiguous(), empty(pixels.shape));
        ParallelParts.Each(source, result, (from, bytes) =>
        {
            var to = MemoryMarshal.Cast<byte, float>(bytes);
            for (var start = 0; start < from.Length; start += Image)
            {
                Write(from.Slice(start, Image), to.Slice(start, Image));
            }
        });
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>Normalizes images where they lie, and shuffles their blocks.</summary>
    /// <param name="set">Images of three channels and the size that this was made for.</param>
    /// <param name="indices">Which, each in [0, Count).</param>
    /// <returns>A new tensor (indices, 3, size, size), float32.</returns>
    public unsafe Tensor Apply(ImageSet set, int[] indices)
    {
        var result = empty(indices.Length, table.Length / Values, size, size);
        if (indices.Length > 0)
        {
            var address = TensorMemory.AddressOf(result);
            set.Visit(indices, (place, pixels) =>
                Write(pixels, new Span<float>((float*)address + (place * Image), Image))
            );
        }

        return result;
    }

    private int Image => table.Length / Values * size * size;

    private void Write(ReadOnlySpan<byte> from, Span<float> to)
    {
        var area = size * size;
        foreach (var run in runs)
        {
            var values = table.AsSpan(run.From / area * Values, Values);
            var read = from.Slice(run.From, run.Length);
            var write = to.Slice(run.To, run.Length);
            for (var i = 0; i < read.Length; i++)
            {
                write[i] = values[read[i]];
            }
        }
    }
}
