using System.Security.Cryptography;
using TorchSharp;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Tests.Decoding;
using TransferLens.Vision.Tests.Images;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Transforms;

public class AffineChangeTests
{
    private static readonly AffineSettings Paper = new(15, 0.05, 0.05, 128);

    private static Tensor Images(int count, int size, ScalarType type = ScalarType.Byte) =>
        randint(0, 256, [count, 3, size, size], dtype: ScalarType.Byte, generator: new Generator(1)).to(type);

    private static AffineDraw[] Each(int count, AffineDraw draw) => [.. Enumerable.Repeat(draw, count)];

    [Theory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Float32)]
    public void No_rotation_no_shift_and_scale_1_leave_an_image_unchanged(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var batch = Images(3, 17, type);
        Assert.True(batch.Same(AffineChange.Apply(batch, Each(3, new(0, 0, 0, 1)), 128)));
    }

    [Fact]
    public void A_shift_moves_every_pixel_and_fills_the_rest()
    {
        using var scope = NewDisposeScope();
        var batch = Images(2, 9);
        var moved = AffineChange.Apply(batch, [new(0, 2, -3, 1), new(0, -1, 0, 1)], 7);
        Assert.True(batch[0, .., 3.., ..7].Same(moved[0, .., ..6, 2..]));
        Assert.True(moved[0, .., .., ..2].eq(7).all().item<bool>() && moved[0, .., 6.., ..].eq(7).all().item<bool>());
        Assert.True(batch[1, .., .., 1..].Same(moved[1, .., .., ..8]));
        Assert.True(moved[1, .., .., 8].eq(7).all().item<bool>());
    }

    [Fact]
    public void Four_rotations_by_90_degrees_give_the_image_back_and_two_turn_it_upside_down()
    {
        using var scope = NewDisposeScope();
        var batch = Images(2, 12);
        var (turned, quarter) = (batch, Each(2, new(90, 0, 0, 1)));
        turned = AffineChange.Apply(turned, quarter, 0);
        Assert.True(batch.transpose(2, 3).flip(3).Same(turned)); // clockwise
        turned = AffineChange.Apply(turned, quarter, 0);
        Assert.True(batch.flip(2, 3).Same(turned));
        Assert.True(batch.Same(AffineChange.Apply(AffineChange.Apply(turned, quarter, 0), quarter, 0)));
    }

    [Fact]
    public void Changes_equal_torchvisions_of_Pillow_images_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        foreach (var one in RadiographTests.Reference["affine"]!.AsArray())
        {
            var side = (int)one!["side"]!;
            var batch = tensor(RadiographTests.Pattern(side, side)).view(1, 1, side, side).expand(2, 3, side, side);
            var draw = new AffineDraw(
                (double)one["angle"]!,
                (int)one["right"]!,
                (int)one["down"]!,
                (double)one["scale"]!
            );
            // The second image stays as it is, so the draws are not mixed up.
            var changed = AffineChange.Apply(batch, [draw, new(0, 0, 0, 1)], 128);
            Assert.Equal(
                (string)one["sha256"]!,
                Convert.ToHexStringLower(SHA256.HashData(changed[0, 2].contiguous().data<byte>().ToArray()))
            );
            Assert.True(batch[1].Same(changed[1]));
        }
    }

    [Fact]
    public void Draws_cover_exactly_the_allowed_ranges()
    {
        var draws = Enumerable
            .Range(0, 21)
            .SelectMany(i =>
                Enumerable
                    .Range(0, 4)
                    .Select(which =>
                    {
                        double[] drawn = [0.5, 0.5, 0.5, 0.5];
                        drawn[which] = Math.Min(i / 20.0, 0.999999);
                        return AffineDraw.From(drawn, 224, Paper);
                    })
            )
            .ToList();
        Assert.Equal((-15.0, 15.0), (draws.Min(draw => draw.Angle), Math.Round(draws.Max(draw => draw.Angle), 3)));
        Assert.Equal(
            (0.95, 1.05),
            (Math.Round(draws.Min(draw => draw.Scale), 9), Math.Round(draws.Max(draw => draw.Scale), 3))
        );
        Assert.Equal((-11, 11), (draws.Min(draw => draw.Right), draws.Max(draw => draw.Right))); // 5 % of 224 is 11.2
        Assert.Equal((-11, 11), (draws.Min(draw => draw.Down), draws.Max(draw => draw.Down)));
        Assert.Equal(new(0, 0, 0, 1), AffineDraw.From([0.5, 0.5, 0.5, 0.5], 224, Paper));
    }

    [Fact]
    public void It_is_the_last_change_and_draws_its_numbers_after_the_others()
    {
        using var scope = NewDisposeScope();
        var (batch, plain) = (Images(6, 16), new AugmentSettings(2, false, true));
        using var generator = new Generator(4);
        var before = Augmentation.Apply(batch, plain, generator);
        var expected = AffineChange.Apply(before, Paper, generator);
        Assert.True(expected.Same(Augmentation.Apply(batch, plain with { Affine = Paper }, new Generator(4))));
        Assert.False(before.Same(expected));
        Assert.False(expected.Same(Augmentation.Apply(batch, plain with { Affine = Paper }, new Generator(5))));
    }

    [Fact]
    public void Only_the_result_stays_alive()
    {
        using var batch = Images(4, 6);
        using var generator = new Generator(13);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        AffineChange.Apply(batch, Paper, generator).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }
}
