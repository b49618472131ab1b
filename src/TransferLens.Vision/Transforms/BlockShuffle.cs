using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Transforms;

/// <summary>
/// Cuts an image into blocks and permutes them, with one permutation for the whole data set: visual features larger than
/// a block are destroyed, statistics below stay. Block k of the result, counted row by row, is block permutation[k] of the
/// image; all channels of a block move together. Applied to a whole batch at once, by copies of as many values as lie side by side.
/// Source: Neyshabur, Sedghi, Zhang 2020, section 3.1.
/// </summary>
public sealed class BlockShuffle
{
    private const string AllValuesName = "channels";

    private BlockShuffle(int[] source)
    {
        Values = source.Length;
        var found = ImmutableArray.CreateBuilder<ImageRun>();
        for (int to = 0, next; to < source.Length; to = next)
        {
            for (next = to + 1; next < source.Length && source[next] == source[next - 1] + 1; next++) { }

            found.Add(new(source[to], to, next - to));
        }

        Runs = found.ToImmutable();
    }

    /// <summary>Values of an image.</summary>
    internal int Values { get; }

    /// <summary>What moves where: every value of an image once.</summary>
    internal ImmutableArray<ImageRun> Runs { get; }

    /// <summary>Permutes blocks of <paramref name="block"/> x <paramref name="block"/> pixels.</summary>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="size">Side of an image in pixels.</param>
    /// <param name="block">Side of a block; divides <paramref name="size"/>; equal to it for no shuffle.</param>
    /// <param name="seed">Seed of <see cref="NumpyRandom"/>.</param>
    /// <exception cref="InputException">The block does not divide the size.</exception>
    public static BlockShuffle Of(int channels, int size, int block, uint seed)
    {
        if (block < 1 || size % block != 0)
        {
            throw new InputException(
                $"Images of size {size} cannot be cut into blocks of {block}: choose a divisor of {size}."
            );
        }

        var across = size / block;
        var permutation = new NumpyRandom(seed).Permutation(across * across);
        var source = new int[channels * size * size];
        for (var i = 0; i < source.Length; i++)
        {
            var (c, y, x) = (i / (size * size), i / size % size, i % size);
            var from = permutation[(y / block * across) + (x / block)];
            source[i] =
                (((c * size) + (from / across * block) + (y % block)) * size) + (from % across * block) + (x % block);
        }

        return new(source);
    }

    /// <summary>The paper's <c>channels</c>: permutes all channels x size x size values at once.</summary>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="size">Side of an image in pixels.</param>
    /// <param name="seed">Seed of <see cref="NumpyRandom"/>.</param>
    public static BlockShuffle AllValues(int channels, int size, uint seed) =>
        new(new NumpyRandom(seed).Permutation(channels * size * size));

    /// <summary>The shuffle that a task asks for, of images with three channels.</summary>
    /// <param name="settings">Which one; null for none.</param>
    /// <param name="size">Side of an image in pixels.</param>
    /// <returns>Null when none is asked for.</returns>
    /// <exception cref="InputException">The block is neither <c>channels</c> nor a divisor of the size.</exception>
    public static BlockShuffle? Of(ShuffleSettings? settings, int size) =>
        settings switch
        {
            null => null,
            { Block: AllValuesName } => AllValues(3, size, (uint)settings.Seed),
            _ => int.TryParse(settings.Block, NumberStyles.None, CultureInfo.InvariantCulture, out var block)
                ? Of(3, size, block, (uint)settings.Seed)
                : throw new InputException(
                    $"The block '{settings.Block}' is not known; write {AllValuesName} or a divisor of {size}."
                ),
        };

    /// <summary>The shuffled images.</summary>
    /// <param name="batch">Images (n, channels, size, size) of any type.</param>
    /// <returns>A new tensor of the same shape and type.</returns>
    public Tensor Apply(Tensor batch) => Move(batch, Runs);

    /// <summary>The images that <see cref="Apply"/> made <paramref name="batch"/> from.</summary>
    /// <param name="batch">Shuffled images (n, channels, size, size).</param>
    /// <returns>A new tensor of the same shape and type.</returns>
    public Tensor Undo(Tensor batch) => Move(batch, [.. Runs.Select(run => run.Backward)]);

    private Tensor Move(Tensor batch, ImmutableArray<ImageRun> runs)
    {
        using var scope = NewDisposeScope();
        var (source, result) = (batch.cpu().contiguous(), empty(batch.shape, dtype: batch.dtype));
        if (source.numel() != batch.shape[0] * Values)
        {
            throw new ArgumentException(
                $"Images of {source.numel() / batch.shape[0]} values were given to a shuffle of {Values}.",
                nameof(batch)
            );
        }

        var bytes = (int)source.element_size();
        ParallelParts.Each(source, result, (from, to) =>
        {
            for (var image = 0; image < from.Length; image += Values * bytes)
            {
                foreach (var run in runs)
                {
                    from.Slice(image + (run.From * bytes), run.Length * bytes).CopyTo(to[(image + (run.To * bytes))..]);
                }
            }
        });
        return result.to(batch.device).MoveToOuterDisposeScope();
    }
}
