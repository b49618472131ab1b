using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// The rows of one number format. The loops are compiled when they first run: code compiled ahead of time does not use
/// 512-bit vectors.
/// </summary>
/// <typeparam name="T">The numbers' type in memory.</typeparam>
/// <typeparam name="TFormat">Loads and stores them.</typeparam>
internal sealed unsafe class FormattedRows<T, TFormat> : ChannelRows
    where T : unmanaged
    where TFormat : IVectorFormat<T>
{
    private const int Width = ChannelMultiple;

    // Sums of neighbouring rows are kept apart until at least this many channels: additions to one sum would wait for
    // each other.
    private const int LeastSums = 128;

    // Numbers and rows of a block, at least. Its sums are float32; those of blocks are added in float64.
    private const int BlockSize = 1 << 16;
    private const int BlockRows = 256;

    // Rows whose mean differences are taken from.
    private const int SampleRows = 16;

    private readonly Tensor activations;
    private readonly long length;
    private readonly int channels;
    private readonly int period;
    private readonly long block;

    /// <summary>The rows of activations with the channels last.</summary>
    public FormattedRows(Tensor activations)
    {
        (this.activations, length, channels) = (activations, activations.numel(), (int)activations.shape[1]);
        period = channels * Math.Max(1, (LeastSums + channels - 1) / channels);
        block = period * (Math.Max(BlockSize, (long)BlockRows * channels) / period);
    }

    public override (double[] Mean, double[] Variance) Moments()
    {
        // Sums of differences from about the mean, so that a large one does not swallow the variance.
        var values = Address(activations);
        var origin = SampleMeans(values);
        var (sums, squares) = SumBlocks(
            (from, to, partial) =>
            {
                fixed (float* shared = origin)
                {
                    AddMoments(values + from, to - from, shared, partial);
                }
            }
        );
        GC.KeepAlive(activations);
        var rows = length / channels;
        for (var channel = 0; channel < channels; channel++)
        {
            var mean = sums[channel] / rows;
            squares[channel] = Math.Max(0, (squares[channel] / rows) - (mean * mean));
            sums[channel] = origin[channel] + mean;
        }

        return (sums, squares);
    }

    // Of rows that are far apart.
    private float[] SampleMeans(T* values)
    {
        var rows = length / channels;
        var means = new float[period];
        for (var at = 0; at < period; at += Width)
        {
            var sum = Vector512<float>.Zero;
            for (var sample = 0; sample < SampleRows; sample++)
            {
                sum += TFormat.Load(values + (sample * rows / SampleRows * channels) + (at % channels));
            }

            (sum / SampleRows).CopyTo(means, at);
        }

        return means;
    }

    public override void Activate(float[] scales, float[] shifts, Tensor? residual, Tensor output)
    {
        T* input = Address(activations),
            added = AddressOrNull(residual),
            result = Address(output);
        ForBlocks(
            (from, to) =>
            {
                fixed (
                    float* scale = scales,
                        shift = shifts
                )
                {
                    ActivateBlock(
                        input + from,
                        added == null ? null : added + from,
                        result + from,
                        to - from,
                        scale,
                        shift
                    );
                }
            }
        );
        GC.KeepAlive(activations);
        GC.KeepAlive(residual);
        GC.KeepAlive(output);
    }

    public override (double[] Sums, double[] Products) GradientSums(
        Tensor gradient,
        Tensor output,
        float[] means,
        Tensor? masked
    )
    {
        T* input = Address(activations),
            dy = Address(gradient),
            y = Address(output),
            kept = AddressOrNull(masked);
        float[] origin = [.. Enumerable.Range(0, period).Select(channel => means[channel % channels])];
        var sums = SumBlocks(
            (from, to, partial) =>
            {
                fixed (float* mean = origin)
                {
                    AddGradients(
                        input + from,
                        dy + from,
                        y + from,
                        kept == null ? null : kept + from,
                        to - from,
                        mean,
                        partial
                    );
                }
            }
        );
        GC.KeepAlive(activations);
        GC.KeepAlive(gradient);
        GC.KeepAlive(output);
        GC.KeepAlive(masked);
        return sums;
    }

    public override void GradientOfInput(
        Tensor gradient,
        Tensor output,
        Tensor? masked,
        float[] scales,
        float[] slopes,
        float[] shifts,
        Tensor result
    )
    {
        T* input = Address(activations),
            dy = Address(gradient),
            y = Address(output),
            known = AddressOrNull(masked),
            target = Address(result);
        ForBlocks(
            (from, to) =>
            {
                fixed (
                    float* scale = scales,
                        slope = slopes,
                        shift = shifts
                )
                {
                    InputGradients(
                        input + from,
                        dy + from,
                        y + from,
                        known == null ? null : known + from,
                        target + from,
                        to - from,
                        scale,
                        slope,
                        shift
                    );
                }
            }
        );
        GC.KeepAlive(activations);
        GC.KeepAlive(gradient);
        GC.KeepAlive(output);
        GC.KeepAlive(masked);
        GC.KeepAlive(result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddMoments(T* values, long count, float* origin, float* partial)
    {
        var squares = partial + period;
        var at = 0;
        for (var i = 0L; i < count; i += Width)
        {
            var value = TFormat.Load(values + i) - Vector512.Load(origin + at);
            (Vector512.Load(partial + at) + value).Store(partial + at);
            Vector512.FusedMultiplyAdd(value, value, Vector512.Load(squares + at)).Store(squares + at);
            at += Width;
            at = at == period ? 0 : at;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ActivateBlock(T* input, T* residual, T* output, long count, float* scale, float* shift)
    {
        var at = 0;
        for (var i = 0L; i < count; i += Width)
        {
            var value = Vector512.FusedMultiplyAdd(
                TFormat.Load(input + i),
                Vector512.Load(scale + at),
                Vector512.Load(shift + at)
            );
            if (residual != null)
            {
                value += TFormat.Load(residual + i);
            }

            // As a choice, not a maximum: NaN stays NaN.
            var positive = Vector512.ConditionalSelect(
                Vector512.LessThan(value, Vector512<float>.Zero),
                Vector512<float>.Zero,
                value
            );
            TFormat.Store(positive, output + i);
            at += Width;
            at = at == channels ? 0 : at;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Masked(T* gradient, T* output) =>
        Vector512.ConditionalSelect(
            Vector512.LessThanOrEqual(TFormat.Load(output), Vector512<float>.Zero),
            Vector512<float>.Zero,
            TFormat.Load(gradient)
        );

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddGradients(T* input, T* gradient, T* output, T* kept, long count, float* mean, float* partial)
    {
        var products = partial + period;
        var at = 0;
        for (var i = 0L; i < count; i += Width)
        {
            var masked = Masked(gradient + i, output + i);
            var value = TFormat.Load(input + i) - Vector512.Load(mean + at);
            (Vector512.Load(partial + at) + masked).Store(partial + at);
            Vector512.FusedMultiplyAdd(masked, value, Vector512.Load(products + at)).Store(products + at);
            if (kept != null)
            {
                TFormat.Store(masked, kept + i);
            }

            at += Width;
            at = at == period ? 0 : at;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InputGradients(
        T* input,
        T* gradient,
        T* output,
        T* known,
        T* result,
        long count,
        float* scale,
        float* slope,
        float* shift
    )
    {
        var at = 0;
        for (var i = 0L; i < count; i += Width)
        {
            var line = Vector512.FusedMultiplyAdd(
                TFormat.Load(input + i),
                Vector512.Load(slope + at),
                Vector512.Load(shift + at)
            );
            var masked = known == null ? Masked(gradient + i, output + i) : TFormat.Load(known + i);
            TFormat.Store(Vector512.FusedMultiplyAdd(masked, Vector512.Load(scale + at), line), result + i);
            at += Width;
            at = at == channels ? 0 : at;
        }
    }

    private delegate void Partial(long from, long to, float* partial);

    // Two sums for each channel: of blocks in float32, then of all blocks, in their order, in float64.
    private (double[] First, double[] Second) SumBlocks(Partial add)
    {
        var size = 2 * period;
        var partials = new float[size * BlockCount];
        ForBlocks(
            (from, to) =>
            {
                fixed (float* all = partials)
                {
                    add(from, to, all + (from / block * size));
                }
            }
        );
        var (first, second) = (new double[channels], new double[channels]);
        for (var start = 0; start < partials.Length; start += size)
        {
            Add(partials.AsSpan(start, period), first);
            Add(partials.AsSpan(start + period, period), second);
        }

        return (first, second);
    }

    private static void Add(ReadOnlySpan<float> sums, double[] totals)
    {
        for (var start = 0; start < sums.Length; start += totals.Length)
        {
            for (var channel = 0; channel < totals.Length; channel++)
            {
                totals[channel] += sums[start + channel];
            }
        }
    }

    private int BlockCount => (int)((length + block - 1) / block);

    private void ForBlocks(Action<long, long> work) => ParallelParts.Each(BlockCount, block, (first, count) =>
        {
            for (var index = first; index < first + count; index++)
            {
                work(index * block, Math.Min(length, (index + 1) * block));
            }
        });

    private static T* Address(Tensor tensor)
    {
        using var values = tensor.detach();
        using var rows = values.permute(0, 2, 3, 1);
        return (T*)TensorMemory.AddressOf(rows);
    }

    private static T* AddressOrNull(Tensor? tensor) => tensor is null ? null : Address(tensor);
}
