using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Images;

/// <summary>Image sets that are not square RGB images of uint8.</summary>
public class ImageShapesTests
{
    private static Tensor Bytes(params long[] shape) =>
        randint(0, 256, shape, dtype: ScalarType.Byte, generator: new Generator(1));

    private static ImageSet Set(Tensor images) =>
        ImageSet.InMemory(images, ["a", "b"], [.. Enumerable.Range(0, (int)images.shape[0]).Select(i => i % 2)]);

    // What torchvision's Normalize computes of what its ToTensor gives, value by value.
    private static float[] Expected(Tensor images, double[] mean, double[] deviation)
    {
        var area = (int)(images.shape[2] * images.shape[3]);
        var values = images.data<byte>().ToArray();
        return
        [
            .. values.Select(
                (value, i) =>
                {
                    var channel = i / area % mean.Length;
                    return ((value / 255f) - (float)mean[channel]) / (float)deviation[channel];
                }
            ),
        ];
    }

    private static float[] Batched(ImageSet set, Normalization normalize, BlockShuffle? shuffle = null)
    {
        var values = new List<float>();
        foreach (var batch in set.Batches(2, normalize, shuffle: shuffle))
        {
            using (batch)
            {
                values.AddRange(batch.Images.data<float>().ToArray());
            }
        }

        return [.. values];
    }

    [Fact]
    public void One_channel_of_float32_is_normalized()
    {
        using var scope = NewDisposeScope();
        var bytes = Bytes(5, 1, 28, 28);
        using var set = Set(bytes.to(ScalarType.Float32).div_(255));
        Assert.Equal((1, 28, 28, ScalarType.Float32), (set.Channels, set.Height, set.Width, set.ValueType));
        Assert.Equal(Expected(bytes, [0.1307], [0.3081]), Batched(set, new([0.1307], [0.3081])));
        Assert.Equal(Expected(bytes, [0], [1]), Batched(set, Normalization.None));
    }

    [Fact]
    public void Four_channels_are_normalized_each_by_its_own_numbers_or_all_by_the_same()
    {
        using var scope = NewDisposeScope();
        var bytes = Bytes(3, 4, 8, 8);
        using var set = Set(bytes);
        double[] mean = [0.1, 0.2, 0.3, 0.4];
        double[] deviation = [0.5, 0.6, 0.7, 0.8];
        Assert.Equal(Expected(bytes, mean, deviation), Batched(set, new([.. mean], [.. deviation])));
        Assert.Equal(Expected(bytes, [0.5], [0.25]), Batched(set, new([0.5], [0.25])));
        Assert.Equal(Expected(bytes, [128 / 255.0], [64 / 255.0]), Batched(set, Normalization.CheXpert));
    }

    [Fact]
    public void Images_that_are_not_square_keep_height_and_width()
    {
        using var scope = NewDisposeScope();
        var bytes = Bytes(3, 3, 24, 40);
        using var set = Set(bytes);
        Assert.Equal((24, 40), (set.Height, set.Width));
        Assert.True(set.Read([2, 0]).Same(bytes[tensor([2L, 0L])]));
        var (mean, deviation) = (Normalization.ImageNet.Mean, Normalization.ImageNet.StandardDeviation);
        Assert.Equal(Expected(bytes, [.. mean], [.. deviation]), Batched(set, Normalization.ImageNet));
        using var batch = set.Batches(3, Normalization.ImageNet).Single();
        Assert.Equal([3L, 3L, 24L, 40L], batch.Images.shape);
    }

    [Theory]
    [InlineData(1, 28, 28)]
    [InlineData(3, 24, 40)]
    [InlineData(16, 5, 3)]
    public void Values_of_float32_and_of_uint8_give_equal_batches(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var bytes = Bytes(4, channels, height, width);
        using var whole = Set(bytes);
        using var real = Set(bytes.to(ScalarType.Float32).div_(255));
        var normalize = new Normalization([0.3], [0.2]);
        Assert.Equal(Batched(whole, normalize), Batched(real, normalize));
    }

    [Theory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Float32)]
    public void Blocks_of_images_that_are_not_square_are_shuffled_and_come_back(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var bytes = Bytes(2, 3, 24, 40);
        using var set = Set(type == ScalarType.Byte ? bytes : bytes.to(type).div_(255));
        foreach (
            var shuffle in (BlockShuffle[])[BlockShuffle.ByBlocks(3, 24, 40, 8, 5), BlockShuffle.ByValues(3, 24, 40, 5)]
        )
        {
            var normalized = tensor(Batched(set, Normalization.ImageNet)).view(2, 3, 24, 40);
            var shuffled = tensor(Batched(set, Normalization.ImageNet, shuffle)).view(2, 3, 24, 40);
            Assert.False(shuffled.Same(normalized));
            Assert.True(shuffled.Same(shuffle.Apply(normalized)));
            Assert.True(shuffle.Undo(shuffled).Same(normalized));
        }
    }

    [Fact]
    public void A_block_moves_whole_in_an_image_that_is_not_square()
    {
        using var scope = NewDisposeScope();
        // The value of a pixel is the number of its 2 x 2 block, row by row: 2 rows of 3 blocks.
        var image = arange(6, dtype: ScalarType.Float32).view(1, 1, 2, 3);
        var blocks = image.repeat_interleave(2, 2).repeat_interleave(2, 3);
        var shuffled = BlockShuffle.ByBlocks(1, 4, 6, 2, 1234, exact: true).Apply(blocks);
        // numpy.random.RandomState(1234).permutation(6)
        var expected = tensor(new float[] { 2, 1, 5, 0, 4, 3 }).view(1, 1, 2, 3);
        Assert.True(shuffled.Same(expected.repeat_interleave(2, 2).repeat_interleave(2, 3)));
    }

    [Fact]
    public void A_normalization_or_shuffle_for_other_images_is_refused()
    {
        using var scope = NewDisposeScope();
        using var grey = Set(Bytes(2, 1, 24, 40));
        Assert.Equal(
            "The normalization is for 3 channels, but the images have 1; "
                + "give one mean and standard deviation per channel, or a single one for all.",
            Assert.Throws<InputException>(() => Batched(grey, Normalization.ImageNet)).Message
        );
        Assert.Equal(
            "The block shuffle is for images of 1 x 40 x 24 values, but these have 1 x 24 x 40.",
            Assert
                .Throws<InputException>(() => Batched(grey, Normalization.None, BlockShuffle.ByBlocks(1, 40, 24, 8, 0)))
                .Message
        );
        Assert.Equal(
            "Images of 24 x 40 pixels cannot be cut into blocks of 12; choose a divisor of both 24 and 40.",
            Assert.Throws<InputException>(() => BlockShuffle.ByBlocks(1, 24, 40, 12, 0)).Message
        );
    }

    [Fact]
    public void Images_of_another_type_shape_or_range_are_refused()
    {
        using var scope = NewDisposeScope();
        Refused("a uint8 or float32 tensor", Bytes(2, 3, 4, 4).to(ScalarType.Float64));
        Refused("with 1 to 16 channels", Bytes(2, 17, 4, 4));
        Refused("(2, 4, 4)", Bytes(2, 4, 4));
        Refused(
            "in [0, 1], before normalization, but these are between -0.5 and 0.5.",
            (0.5 - eye(4)).view(4, 1, 2, 2)
        );
        Refused("between 0 and 255", arange(256, dtype: ScalarType.Float32).view(2, 2, 8, 8));
        Refused("between NaN and NaN", full([2, 1, 2, 2], float.NaN));

        static void Refused(string because, Tensor images) =>
            Assert.Contains(because, Assert.Throws<InputException>(() => Set(images)).Message);
    }

    [Theory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Float32)]
    public void Crops_and_mirroring_work_on_images_that_are_not_square(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var bytes = Bytes(8, 1, 6, 10);
        var images = type == ScalarType.Byte ? bytes : bytes.to(type).div_(255);
        var mirrored = Augmentation.Apply(images, new(0, false, true), new Generator(3));
        for (var i = 0; i < 8; i++)
        {
            Assert.True(mirrored[i].Same(images[i]) || mirrored[i].Same(images[i].flip(2)));
        }

        var padded = nn.functional.pad(images, [2, 2, 2, 2]);
        var cropped = Augmentation.Apply(images, new(2, false, false), new Generator(3));
        for (var i = 0; i < 8; i++)
        {
            var windows =
                from down in Enumerable.Range(0, 5)
                from right in Enumerable.Range(0, 5)
                select padded[i, .., down..(down + 6), right..(right + 10)];
            Assert.Contains(windows, window => cropped[i].Same(window));
        }
    }

    [Fact]
    public void Changes_that_need_squares_say_so()
    {
        using var scope = NewDisposeScope();
        var images = Bytes(2, 1, 6, 10);
        Assert.StartsWith(
            "Resized crops and affine changes need square images, but these are 6 x 10 pixels; ",
            Assert
                .Throws<InputException>(() => Augmentation.Apply(images, new(0, true, false), new Generator(3)))
                .Message
        );
    }

    [Fact]
    public void The_fill_of_an_affine_change_is_the_same_grey_for_both_types()
    {
        using var scope = NewDisposeScope();
        var bytes = Bytes(3, 2, 9, 9);
        var settings = new AugmentSettings(0, false, false) { Affine = new(30, 0.3, 0, 128) };
        var expected = Augmentation.Apply(bytes, settings, new Generator(2)).to(ScalarType.Float32).div_(255);
        var changed = Augmentation.Apply(bytes.to(ScalarType.Float32).div_(255), settings, new Generator(2));
        Assert.True(expected.allclose(changed, rtol: 0, atol: 1e-7));
    }
}
