using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TransferLens.Studies.Inputs;
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

    private static Tensor Images(int channels, int size) =>
        arange(2 * channels * size * size, dtype: ScalarType.Int32).view(2, channels, size, size);

    [Fact]
    public void Blocks_move_as_in_the_reference()
    {
        using var scope = NewDisposeScope();
        var expected = SharedData.Golden()["block shuffle of arange(3*8*8) as 3x8x8, block 2, seed 1234"]!;
        var shuffle = BlockShuffle.ByBlocks(3, 8, 8, 2, 1234);
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
        var shuffle = BlockShuffle.ByValues(3, 8, 8, 1234);
        Assert.Equal(
            expected.AsArray().Select(x => x!.GetValue<int>()),
            shuffle.Apply(Images(3, 8))[0, 0, 0].data<int>().ToArray()
        );
    }

    [Property]
    public Property Undo_gives_the_images_back() => Prop.ForAll(Cases.ToArbitrary(), one =>
        {
            using var scope = NewDisposeScope();
            var blocks = BlockShuffle.ByBlocks(one.Channels, one.Size, one.Size, one.Block, one.Seed);
            var values = BlockShuffle.ByValues(one.Channels, one.Size, one.Size, one.Seed);
            var batch = Images(one.Channels, one.Size);
            return blocks.Undo(blocks.Apply(batch)).Same(batch) && values.Undo(values.Apply(batch)).Same(batch);
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
