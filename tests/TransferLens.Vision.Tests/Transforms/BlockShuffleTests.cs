using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tests.Images;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Transforms;

public class BlockShuffleTests
{
    private static readonly Gen<(int Channels, int Size, int Block, uint Seed)> Cases =
        from channels in Gen.Choose(1, 4)
        from block in Gen.Choose(1, 4)
        from across in Gen.Choose(1, 5)
        from seed in Gen.Choose(0, int.MaxValue)
        select (channels, block * across, block, (uint)seed);

    private static readonly Gen<Drawn> Shuffles =
        from one in Cases
        from byValues in Gen.Elements(true, false)
        from exact in Gen.Elements(true, false)
        select new Drawn(one.Channels, one.Size, byValues ? null : one.Block, one.Seed, exact);

    /// <summary>How a shuffle is drawn, by values where there is no block.</summary>
    private sealed record Drawn(int Channels, int Size, int? Block, uint Seed, bool Exact)
    {
        public BlockShuffle Create() =>
            Block is { } block
                ? BlockShuffle.ByBlocks(Channels, Size, Size, block, Seed, Exact)
                : BlockShuffle.ByValues(Channels, Size, Size, Seed, Exact);
    }

    // Pairs of a square of block numbers that were neighbours in the same order before, by their rows and columns.
    private static long Kept(Tensor found, int across)
    {
        var rows = found.div(across, RoundingMode.floor).to(ScalarType.Int32);
        var columns = found.remainder(across);
        return Count(1, rows, columns) + Count(0, columns, rows);

        // Along one axis, the number on that axis grows by one and the other stays.
        static long Count(long axis, Tensor stays, Tensor grows) =>
            stays.diff(dim: axis).eq(0).logical_and(grows.diff(dim: axis).eq(1)).sum().item<long>();
    }

    private static Tensor Images(int channels, int size) =>
        arange(2 * channels * size * size, dtype: ScalarType.Int32).view(2, channels, size, size);

    [Fact]
    public void Blocks_move_as_in_the_reference()
    {
        using var scope = NewDisposeScope();
        var expected = SharedData.Golden()["block shuffle of arange(3*8*8) as 3x8x8, block 2, seed 1234"]!;
        var shuffle = BlockShuffle.ByBlocks(3, 8, 8, 2, 1234, exact: true);
        var values = expected
            .AsArray()
            .SelectMany(c => c!.AsArray())
            .SelectMany(y => y!.AsArray())
            .Select(x => x!.GetValue<int>());
        Assert.Equal(values, shuffle.Apply(Images(3, 8)[..1]).data<int>().ToArray());
    }

    [Fact]
    public void All_values_move_as_in_the_reference()
    {
        using var scope = NewDisposeScope();
        var expected = SharedData.Golden()["pixel shuffle across channels of the same, seed 1234, channel 0 row 0"]!;
        var shuffle = BlockShuffle.ByValues(3, 8, 8, 1234, exact: true);
        Assert.Equal(
            expected.AsArray().Select(x => x!.GetValue<int>()),
            shuffle.Apply(Images(3, 8))[0, 0, 0].data<int>().ToArray()
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_permutation_equals_its_reference(bool byValues)
    {
        using var scope = NewDisposeScope();
        var file = Path.Combine(AppContext.BaseDirectory, "Fixtures", "shuffle.json");
        var cases = JsonNode.Parse(File.ReadAllText(file))!;
        var ours = cases.AsArray().Where(one => (bool)one!["byValues"]! == byValues).ToList();
        Assert.NotEmpty(ours);
        Assert.All(ours, one =>
        {
            var (shape, seed) = (one!["shape"]!.AsArray().Select(side => (int)side!).ToList(), (uint)one["seed"]!);
            var (channels, height, width, exact) = (shape[0], shape[1], shape[2], (bool)one["exact"]!);
            var shuffle = byValues
                ? BlockShuffle.ByValues(channels, height, width, seed, exact)
                : BlockShuffle.ByBlocks(channels, height, width, 1, seed, exact);
            var numbers = arange(channels * height * width, dtype: ScalarType.Int32).view(1, channels, height, width);
            Assert.Equal(
                one["permutation"]!.AsArray().Select(from => (int)from!),
                shuffle.Apply(numbers).data<int>().ToArray()
            );
            Assert.Equal((double)one["blocksInPlace"]!, shuffle.BlocksInPlace, 1e-12);
            Assert.Equal((double)one["neighboursKept"]!, shuffle.NeighboursKept, 1e-12);
        });
    }

    [Fact]
    public void Seed_1234_shuffles_2_x_2_blocks_unless_it_must_be_exact()
    {
        using var scope = NewDisposeScope();
        var images = Images(3, 8);
        var exact = BlockShuffle.ByBlocks(3, 8, 8, 4, 1234, exact: true);
        Assert.True(exact.Apply(images).Same(images));
        Assert.Equal((1.0, 1.0), (exact.BlocksInPlace, exact.NeighboursKept));
        var redrawn = BlockShuffle.ByBlocks(3, 8, 8, 4, 1234);
        Assert.False(redrawn.Apply(images).eq(images).any().item<bool>());
        Assert.Equal((0.0, 0.0), (redrawn.BlocksInPlace, redrawn.NeighboursKept));
    }

    [Fact]
    public void Settings_of_a_shuffle_mean_the_first_permutation_unless_they_ask_for_more_draws()
    {
        using var scope = NewDisposeScope();
        var images = Images(3, 8);
        Assert.All((string[])["4", "2", "channels"], block =>
        {
            var first = new ShuffleSettings(block, 1234);
            Assert.True(Apply(first).Same(Named(block, exact: true)));
            Assert.True(Apply(first with { Redraw = true }).Same(Named(block, exact: false)));
        });

        Tensor Apply(ShuffleSettings settings) => BlockShuffle.FromSettings(settings, 3, 8)!.Apply(images);

        Tensor Named(string block, bool exact) =>
            (
                block == "channels"
                    ? BlockShuffle.ByValues(3, 8, 8, 1234, exact)
                    : BlockShuffle.ByBlocks(3, 8, 8, int.Parse(block), 1234, exact)
            ).Apply(images);
    }

    [Property]
    public Property A_shuffle_moves_every_value_to_one_place_and_draws_the_same_again() =>
        Prop.ForAll(Shuffles.ToArbitrary(), one =>
        {
            using var scope = NewDisposeScope();
            var images = Images(one.Channels, one.Size);
            var shuffled = one.Create().Apply(images);
            var (before, after) = (images[0].data<int>().ToArray(), shuffled[0].data<int>().ToArray());
            return before.SequenceEqual(after.Order()) && shuffled.Same(one.Create().Apply(images));
        });

    [Property]
    public Property No_block_stays_in_place_and_none_keeps_its_neighbours() =>
        Prop.ForAll(Cases.ToArbitrary(), one =>
        {
            using var scope = NewDisposeScope();
            var across = one.Size / one.Block;
            var shuffle = BlockShuffle.ByBlocks(one.Channels, one.Size, one.Size, one.Block, one.Seed);
            if (across == 1)
            {
                return (shuffle.BlocksInPlace, shuffle.NeighboursKept) == (1, 0);
            }

            // The number of the block of each value, before and after.
            var numbers = arange(across * across, dtype: ScalarType.Int32).view(1, 1, across, across);
            var blocks = numbers.repeat_interleave(one.Block, 2).repeat_interleave(one.Block, 3);
            var moved = shuffle.Apply(blocks.expand(1, one.Channels, one.Size, one.Size))[0, 0];
            var found = moved[TensorIndex.Slice(step: one.Block), TensorIndex.Slice(step: one.Block)];
            var inPlace = found.eq(numbers[0, 0]).any().item<bool>();
            return !inPlace && Kept(found, across) == 0 && shuffle is { BlocksInPlace: 0, NeighboursKept: 0 };
        });

    [Property]
    public Property No_value_stays_in_place() => Prop.ForAll(Cases.ToArbitrary(), one =>
        {
            using var scope = NewDisposeScope();
            var shuffle = BlockShuffle.ByValues(one.Channels, one.Size, one.Size, one.Seed);
            var images = Images(one.Channels, one.Size);
            var same = shuffle.Apply(images).eq(images).any().item<bool>();
            return same == (one.Channels * one.Size * one.Size == 1) && shuffle.BlocksInPlace == (same ? 1 : 0);
        });

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    [InlineData(1, 4)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(2, 9)]
    public void Of_few_blocks_that_are_not_square_none_stays_in_place(int rows, int columns)
    {
        for (uint seed = 0; seed < 50; seed++)
        {
            var shuffle = BlockShuffle.ByBlocks(3, 2 * rows, 2 * columns, 2, seed);
            Assert.Equal(0, shuffle.BlocksInPlace);
            // Three in a row have only two permutations that move all; each keeps one of two pairs.
            Assert.Equal(rows * columns == 3 ? 0.5 : 0, shuffle.NeighboursKept);
        }
    }

    [Fact]
    public void Large_images_find_a_permutation_too()
    {
        var pixels = BlockShuffle.ByBlocks(3, 224, 224, 1, 1234);
        Assert.Equal((0.0, 0.0), (pixels.BlocksInPlace, pixels.NeighboursKept));
        Assert.Equal(0, BlockShuffle.ByValues(3, 224, 224, 1234).BlocksInPlace);
    }

    [Property]
    public Property Undo_gives_the_images_back() => Prop.ForAll(Shuffles.ToArbitrary(), one =>
        {
            using var scope = NewDisposeScope();
            var (shuffle, batch) = (one.Create(), Images(one.Channels, one.Size));
            return shuffle.Undo(shuffle.Apply(batch)).Same(batch);
        });

    [Property]
    public Property A_block_of_the_image_size_changes_nothing() => Prop.ForAll(Cases.ToArbitrary(), one =>
        {
            using var scope = NewDisposeScope();
            var shuffle = BlockShuffle.ByBlocks(one.Channels, one.Size, one.Size, one.Size, one.Seed);
            return shuffle.Apply(Images(one.Channels, one.Size)).Same(Images(one.Channels, one.Size));
        });

    [Property]
    public Property Batches_equal_shuffled_normalized_images() => Prop.ForAll(Cases.ToArbitrary(), one =>
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(one.Seed);
            using var images = ImageSet.InMemory(
                randint(0, 256, [5, 3, one.Size, one.Size], dtype: ScalarType.Byte, generator: generator),
                ["one"],
                [0, 0, 0, 0, 0]
            );
            Tensor[] Batches(BlockShuffle? shuffle) =>
                [.. images.Batches(2, Normalization.ImageNet, shuffle: shuffle).Select(batch => batch.Images)];
            return (
                (BlockShuffle[])
                    [
                        BlockShuffle.ByBlocks(3, one.Size, one.Size, one.Block, one.Seed),
                        BlockShuffle.ByValues(3, one.Size, one.Size, one.Seed),
                    ]
            ).All(shuffle =>
                Batches(shuffle).Zip(Batches(null)).All(pair => pair.First.Same(shuffle.Apply(pair.Second)))
            );
        });

    [Fact]
    public void All_channels_of_a_block_move_together()
    {
        using var scope = NewDisposeScope();
        var batch = arange(36, dtype: ScalarType.Int32).view(1, 1, 6, 6).expand(1, 3, 6, 6);
        var shuffle = BlockShuffle.ByBlocks(3, 6, 6, 2, 5);
        var result = shuffle.Apply(batch);
        Assert.False(result.Same(batch));
        Assert.True(result[.., 0].Same(result[.., 1]) && result[.., 1].Same(result[.., 2]));
    }

    [Fact]
    public void A_block_that_does_not_divide_the_size_is_refused() =>
        Assert.Contains(
            "divisor of 8",
            Assert.Throws<InputException>(() => BlockShuffle.ByBlocks(3, 8, 8, 3, 1)).Message
        );
}
