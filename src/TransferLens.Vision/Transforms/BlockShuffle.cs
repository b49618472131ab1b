using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Transforms;

/// <summary>
/// Cuts images into square blocks and permutes them, with one permutation for the whole data set: visual features
/// larger than a block are destroyed, statistics within blocks stay. Block k of the result, counted row by row, is
/// block permutation[k] of the image; all channels of a block move together. Source: Neyshabur, Sedghi, Zhang 2020,
/// section 3.1.
/// </summary>
/// <remarks>
/// A random permutation of few blocks often leaves some where they are: the paper's first, of seed 1234, moves none of
/// 2 x 2 blocks. Unless the exact permutation is wanted, it is drawn again from the same generator until no block stays
/// in place and none keeps its right or lower neighbour. That exists for every grid but a single block and a row or
/// column of three.
/// </remarks>
public sealed class BlockShuffle
{
    private const string AllValuesName = "channels";

    private readonly (int Channels, int Height, int Width) shape;

    private BlockShuffle(
        (int Channels, int Height, int Width) shape,
        BlockGrid grid,
        int[] permutation,
        int[] source
    )
    {
        this.shape = shape;
        BlocksInPlace = (double)BlockGrid.CountInPlace(permutation) / grid.Blocks;
        NeighboursKept = grid.Pairs == 0 ? 0 : (double)grid.CountNeighboursKept(permutation) / grid.Pairs;
        var found = ImmutableArray.CreateBuilder<ImageRun>();
        for (int to = 0, next; to < source.Length; to = next)
        {
            for (next = to + 1; next < source.Length && source[next] == source[next - 1] + 1; next++) { }

            found.Add(new(source[to], to, next - to));
        }

        Runs = found.ToImmutable();
    }

    /// <summary>
    /// Share of blocks that stay where they are, in [0, 1]: 1 for a single block. Of a shuffle
    /// <see cref="ByValues">by values</see>: share of values.
    /// </summary>
    public double BlocksInPlace { get; }

    /// <summary>
    /// Share of pairs of blocks, one right of or below the other, that stay next to each other in the same order, in
    /// [0, 1]; 0 for a single block, which has no neighbours. Of a shuffle <see cref="ByValues">by values</see>: share
    /// of pairs of values of one channel.
    /// </summary>
    public double NeighboursKept { get; }

    /// <summary>Where every value of an image moves, each value in one run.</summary>
    internal ImmutableArray<ImageRun> Runs { get; }

    private int Values => shape.Channels * shape.Height * shape.Width;

    /// <summary>Permutes blocks of <paramref name="block"/> x <paramref name="block"/> pixels.</summary>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Height of an image in pixels.</param>
    /// <param name="width">Width of an image in pixels.</param>
    /// <param name="block">Side of a block in pixels; divides both sides of the image.</param>
    /// <param name="seed">Seed of NumPy's <c>RandomState</c>, which draws the permutation.</param>
    /// <param name="exact">Takes its first permutation, as the paper does, even if blocks stay in place or next to each
    /// other.</param>
    /// <exception cref="InputException">The block does not divide a side.</exception>
    public static BlockShuffle ByBlocks(
        int channels,
        int height,
        int width,
        int block,
        uint seed,
        bool exact = false
    )
    {
        if (block < 1 || height % block != 0 || width % block != 0)
        {
            throw new InputException(
                height == width
                    ? $"Images of size {height} cannot be cut into blocks of {block}; choose a divisor of {height}."
                    : $"Images of {height} x {width} pixels cannot be cut into blocks of {block}; "
                        + $"choose a divisor of both {height} and {width}."
            );
        }

        var (down, across) = (height / block, width / block);
        var grid = new BlockGrid(1, down, across);
        var permutation = exact ? grid.FirstPermutation(seed) : grid.Permutation(seed, separate: true);
        var source = new int[channels * height * width];
        for (var i = 0; i < source.Length; i++)
        {
            var (c, y, x) = (i / (height * width), i / width % height, i % width);
            var from = permutation[(y / block * across) + (x / block)];
            var row = (from / across * block) + (y % block);
            var column = (from % across * block) + (x % block);
            source[i] = (((c * height) + row) * width) + column;
        }

        return new((channels, height, width), grid, permutation, source);
    }

    /// <summary>The paper's <c>channels</c>: permutes all channels x height x width values of an image.</summary>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Height of an image in pixels.</param>
    /// <param name="width">Width of an image in pixels.</param>
    /// <param name="seed">Seed of NumPy's <c>RandomState</c>, which draws the permutation.</param>
    /// <param name="exact">Takes its first permutation, as the paper does, even if values stay in place. Otherwise it
    /// is drawn again until none does; neighbours may stay together.</param>
    public static BlockShuffle ByValues(int channels, int height, int width, uint seed, bool exact = false)
    {
        var grid = new BlockGrid(channels, height, width);
        var permutation = exact ? grid.FirstPermutation(seed) : grid.Permutation(seed, separate: false);
        return new((channels, height, width), grid, permutation, permutation);
    }

    /// <summary>The shuffle of a task's settings.</summary>
    /// <param name="settings">The settings; null for none.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="size">Side of the square images in pixels.</param>
    /// <returns>Null without settings.</returns>
    /// <exception cref="InputException">The block is neither <c>channels</c> nor a divisor of the size.</exception>
    internal static BlockShuffle? FromSettings(ShuffleSettings? settings, int channels, int size)
    {
        if (settings is null)
        {
            return null;
        }

        var (seed, exact) = ((uint)settings.Seed, !settings.Redraw);
        if (settings.Block == AllValuesName)
        {
            return ByValues(channels, size, size, seed, exact);
        }

        return int.TryParse(settings.Block, NumberStyles.None, CultureInfo.InvariantCulture, out var block)
            ? ByBlocks(channels, size, size, block, seed, exact)
            : throw new InputException(
                $"The block '{settings.Block}' is invalid; write {AllValuesName} or a divisor of {size}."
            );
    }

    /// <summary>The shuffled images.</summary>
    /// <param name="batch">Images (n, channels, height, width) of any type.</param>
    /// <returns>A new tensor of the same shape, type and device.</returns>
    /// <exception cref="InputException">The images have another shape.</exception>
    public Tensor Apply(Tensor batch) => Move(batch, Runs);

    /// <summary>The images from which <see cref="Apply"/> made <paramref name="batch"/>.</summary>
    /// <param name="batch">Shuffled images (n, channels, height, width) of any type.</param>
    /// <returns>A new tensor of the same shape, type and device.</returns>
    /// <exception cref="InputException">The images have another shape.</exception>
    public Tensor Undo(Tensor batch) => Move(batch, [.. Runs.Select(run => run.Inverse)]);

    /// <summary>Checks that it is for images of a shape.</summary>
    /// <exception cref="InputException">It is for another shape.</exception>
    internal void Check(long channels, long height, long width)
    {
        if (shape != (channels, height, width))
        {
            throw new InputException(
                $"The block shuffle is for images of {shape.Channels} x {shape.Height} x {shape.Width} values, "
                    + $"but these have {channels} x {height} x {width}."
            );
        }
    }

    private Tensor Move(Tensor batch, ImmutableArray<ImageRun> runs)
    {
        Check(batch.shape[1], batch.shape[2], batch.shape[3]);
        using var scope = NewDisposeScope();
        var (source, result) = (batch.cpu().contiguous(), empty(batch.shape, dtype: batch.dtype));
        var bytes = (int)source.element_size();
        var imageBytes = Values * bytes;
        ParallelParts.Each(source, result, (from, to) =>
        {
            for (var image = 0; image < from.Length; image += imageBytes)
            {
                foreach (var run in runs)
                {
                    var moved = from.Slice(image + (run.From * bytes), run.Length * bytes);
                    moved.CopyTo(to[(image + (run.To * bytes))..]);
                }
            }
        });
        return result.to(batch.device).MoveToOuterDisposeScope();
    }
}
