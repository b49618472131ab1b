using System.Runtime.InteropServices;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>
/// Normalizes the values of images, (value - mean) / deviation per channel in float32, and moves them where blocks are
/// shuffled. uint8 values are divided by 255 first. They need one look-up per value instead of five passes over a
/// batch.
/// </summary>
internal sealed class PixelValues
{
    private const int Values = 256;

    // What each of the 256 values of uint8 becomes, channel by channel.
    private readonly float[] table;
    private readonly float[] means;
    private readonly float[] deviations;
    private readonly ImageRun[] runs;
    private readonly (int Channels, int Height, int Width) shape;
    private readonly ScalarType type;

    private PixelValues(Normalization normalize, ImageSet set, ImageRun[] runs)
    {
        (shape, type) = ((set.Channels, set.Height, set.Width), set.ValueType);
        this.runs = runs;
        means = [.. normalize.Mean.Select(mean => (float)mean)];
        deviations = [.. normalize.StandardDeviation.Select(deviation => (float)deviation)];
        using var scope = NewDisposeScope();
        var (mean, deviation) = (tensor(means).view(-1, 1), tensor(deviations).view(-1, 1));
        var all = arange(Values, dtype: ScalarType.Float32).div_(255).sub(mean).div_(deviation);
        table = all.contiguous().data<float>().ToArray();
    }

    /// <summary>The normalization and shuffle of a set's images.</summary>
    /// <param name="normalize">The normalization: for each channel of the set, or the same for all channels.</param>
    /// <param name="set">The images.</param>
    /// <param name="shuffle">Permutes the blocks of an image; null for none.</param>
    /// <exception cref="InputException">Normalization or shuffle is for images of another shape.</exception>
    public static PixelValues Create(Normalization normalize, ImageSet set, BlockShuffle? shuffle = null)
    {
        shuffle?.Check(set.Channels, set.Height, set.Width);
        var area = set.Height * set.Width;
        IEnumerable<ImageRun> runs = shuffle?.Runs ?? [new(0, 0, set.Channels * area)];
        var moves = normalize.IsBlueFirst ? runs.SelectMany(run => Reversed(run, set.Channels, area)) : runs;
        return new(normalize.ForChannels(set.Channels), set, [.. moves.SelectMany(run => run.Within(area))]);
    }

    // Into the channel at the same distance from the end.
    private static IEnumerable<ImageRun> Reversed(ImageRun run, int channels, int area) =>
        run
            .Inverse.Within(area)
            .Select(piece => piece.Inverse)
            .Select(piece => piece with { To = ((channels - 1 - (piece.To / area)) * area) + (piece.To % area) });

    /// <summary>Normalizes a batch, and shuffles its blocks.</summary>
    /// <param name="batch">(n, channels, height, width) of the set's shape and type.</param>
    /// <returns>A new tensor of that shape, float32.</returns>
    /// <exception cref="InputException">
    /// The images have another shape or type, such as after an augmentation.
    /// </exception>
    public Tensor Apply(Tensor batch)
    {
        Check(batch);
        using var scope = NewDisposeScope();
        var (source, result) = (batch.cpu().contiguous(), empty(batch.shape));
        ParallelParts.Each(source, result, (from, to) =>
        {
            var floats = MemoryMarshal.Cast<byte, float>(to);
            var bytes = from.Length / (floats.Length / Image);
            for (var i = 0; i * Image < floats.Length; i++)
            {
                Write(from.Slice(i * bytes, bytes), floats.Slice(i * Image, Image));
            }
        });
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>Normalizes images of the set without a copy, and shuffles their blocks.</summary>
    /// <param name="set">The set that this was made for.</param>
    /// <param name="indices">Indices of images, each in [0, Count).</param>
    /// <returns>A new tensor (indices, channels, height, width), float32.</returns>
    public unsafe Tensor Apply(ImageSet set, int[] indices)
    {
        var result = empty(indices.Length, shape.Channels, shape.Height, shape.Width);
        if (indices.Length > 0)
        {
            var address = TensorMemory.AddressOf(result);
            set.Visit(indices, (position, values) =>
                Write(values, new Span<float>((float*)address + (position * Image), Image))
            );
        }

        return result;
    }

    /// <summary>Type of the values before normalization.</summary>
    public ScalarType Type => type;

    /// <summary>Mean of each channel.</summary>
    public float[] Means => means;

    /// <summary>Deviation of each channel.</summary>
    public float[] Deviations => deviations;

    /// <summary>For each value of a result, the value of the image that moves there; null if none moves.</summary>
    public long[]? Sources()
    {
        var sources = new long[Image];
        foreach (var run in runs)
        {
            for (var i = 0; i < run.Length; i++)
            {
                sources[run.To + i] = run.From + i;
            }
        }

        return runs.All(run => run.From == run.To) ? null : sources;
    }

    /// <summary>Checks that a batch has the set's shape and type.</summary>
    /// <exception cref="InputException">It has another, such as after an augmentation.</exception>
    public void Check(Tensor batch)
    {
        long[] expected = [batch.shape[0], shape.Channels, shape.Height, shape.Width];
        if (!batch.shape.SequenceEqual(expected) || batch.dtype != type)
        {
            throw new InputException(
                $"Augmentation must keep images {type} ({string.Join(", ", expected)}), "
                    + $"but it returned {batch.dtype} ({string.Join(", ", batch.shape)})."
            );
        }
    }

    private int Area => shape.Height * shape.Width;

    private int Image => shape.Channels * Area;

    private void Write(ReadOnlySpan<byte> from, Span<float> to)
    {
        if (type == ScalarType.Byte)
        {
            LookUp(from, to);
        }
        else
        {
            Compute(MemoryMarshal.Cast<byte, float>(from), to);
        }
    }

    private void LookUp(ReadOnlySpan<byte> from, Span<float> to)
    {
        var area = Area;
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

    private void Compute(ReadOnlySpan<float> from, Span<float> to)
    {
        var area = Area;
        foreach (var run in runs)
        {
            var (mean, deviation) = (means[run.From / area], deviations[run.From / area]);
            var read = from.Slice(run.From, run.Length);
            var write = to.Slice(run.To, run.Length);
            for (var i = 0; i < read.Length; i++)
            {
                write[i] = (read[i] - mean) / deviation;
            }
        }
    }
}
