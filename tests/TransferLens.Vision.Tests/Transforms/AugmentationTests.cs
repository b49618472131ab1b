using FsCheck.Xunit;
using TorchSharp;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Tests.Images;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Transforms;

public class AugmentationTests
{
    private static readonly AugmentSettings Everything = new(4, true, true);

    private static Tensor Images(int count, int size, int seed = 1) =>
        randint(0, 256, [count, 3, size, size], dtype: ScalarType.Byte, generator: new Generator((ulong)seed));

    // Images whose first channel is the column and whose second is the row, so that results show their origin.
    private static Tensor Coordinates(int count, int size)
    {
        var line = arange(size, dtype: ScalarType.Float32);
        return stack([line.view(1, -1).expand(size, size), line.view(-1, 1).expand(size, size), zeros(size, size)])
            .expand(count, 3, size, size);
    }

    [Theory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Float32)]
    public void A_cropped_image_is_a_shifted_window_of_the_padded_image(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (batch, padding) = (Images(20, 8).to(type), 3);
        var cropped = Augmentation.Apply(batch, new(padding, false, false), new Generator(5));
        Assert.Equal(type, cropped.dtype);
        var padded = zeros(20, 3, 14, 14, dtype: type);
        padded[.., .., 3..11, 3..11] = batch;
        var found = new HashSet<(int, int)>();
        for (var i = 0; i < 20; i++)
        {
            var places = from y in Enumerable.Range(0, 7) from x in Enumerable.Range(0, 7) select (y, x);
            found.Add(Assert.Single(places, p => padded[i, .., p.y..(p.y + 8), p.x..(p.x + 8)].Same(cropped[i])));
        }

        Assert.True(found.Count > 8, "different images get different draws");
    }

    [Fact]
    public void About_half_the_images_are_mirrored_and_the_others_stay()
    {
        using var scope = NewDisposeScope();
        var batch = Images(400, 4);
        var result = Augmentation.Apply(batch, new(0, false, true), new Generator(6));
        var mirrored = batch.flip(3);
        var flips = Enumerable.Range(0, 400).Count(i => mirrored[i].Same(result[i]));
        Assert.InRange(flips, 160, 240);
        Assert.Equal(400 - flips, Enumerable.Range(0, 400).Count(i => batch[i].Same(result[i])));
    }

    [Fact]
    public void Mirroring_twice_with_the_same_draw_gives_the_images_back()
    {
        using var scope = NewDisposeScope();
        var (batch, mirror) = (Images(30, 5), new AugmentSettings(0, false, true));
        var twice = Augmentation.Apply(Augmentation.Apply(batch, mirror, new Generator(7)), mirror, new Generator(7));
        Assert.True(batch.Same(twice));
    }

    [Fact]
    public void Resized_crops_have_torchvisions_areas_and_aspects()
    {
        using var scope = NewDisposeScope();
        const int size = 32;
        var result = Augmentation.Apply(Coordinates(300, size), new(0, true, false), new Generator(8));
        var areas = new List<double>();
        for (var i = 0; i < 300; i++)
        {
            // Away from the borders, where samples are clamped, neighbours are window / size apart.
            var width = (result[i, 0, 0, 24].item<float>() - result[i, 0, 0, 8].item<float>()) / 16 * size;
            var height = (result[i, 1, 24, 0].item<float>() - result[i, 1, 8, 0].item<float>()) / 16 * size;
            Assert.InRange(width, 8, size + 0.01);
            Assert.InRange(height, 8, size + 0.01);
            Assert.InRange(width / height, (8 - 0.5) / (11 + 0.5), (11 + 0.5) / (8 - 0.5));
            areas.Add(width * height / (size * size));
        }

        Assert.InRange(areas.Min(), 0.06, 0.12);
        Assert.InRange(areas.Max(), 0.93, 1.0001);
        Assert.InRange(areas.Average(), 0.45, 0.6);
    }

    [Fact]
    public void A_resized_crop_equals_libtorchs_bilinear_resize_of_the_window()
    {
        using var scope = NewDisposeScope();
        const int size = 16;
        var settings = new AugmentSettings(0, true, true);
        var where = Augmentation.Apply(Coordinates(40, size), settings, new Generator(9));
        var batch = Images(40, size).to(ScalarType.Float32);
        var result = Augmentation.Apply(batch, settings, new Generator(9));
        for (var i = 0; i < 40; i++)
        {
            // Samples are clamped to the window, so its borders are the least and greatest coordinates, rounded
            // outwards where the window is wider than one pixel per sample.
            var (x, y) = (where[i, 0, 0], where[i, 1, .., 0]);
            var mirrored = x[0].item<float>() > x[size - 1].item<float>();
            var (left, right) = (x.min().item<float>(), x.max().item<float>());
            var (top, bottom) = (y.min().item<float>(), y.max().item<float>());
            var window = batch[
                i,
                ..,
                (int)MathF.Round(top)..((int)MathF.Round(bottom) + 1),
                (int)MathF.Round(left)..((int)MathF.Round(right) + 1)
            ];
            var expected = nn.functional.interpolate(
                window.unsqueeze(0),
                size: [size, size],
                mode: InterpolationMode.Bilinear,
                align_corners: false
            )[0];
            Assert.True(
                (mirrored ? expected.flip(2) : expected).allclose(result[i], rtol: 0, atol: 0.02),
                $"image {i}"
            );
        }
    }

    [Fact]
    public void Bytes_are_the_rounded_floats()
    {
        using var scope = NewDisposeScope();
        var batch = Images(10, 12);
        var bytes = Augmentation.Apply(batch, Everything, new Generator(10));
        var floats = Augmentation.Apply(batch.to(ScalarType.Float32), Everything, new Generator(10));
        Assert.True(bytes.Same(floats.round().to(ScalarType.Byte)));
    }

    [Fact]
    public void Without_changes_the_images_stay_as_they_are()
    {
        using var scope = NewDisposeScope();
        var batch = Images(3, 6);
        var result = Augmentation.Apply(batch, AugmentSettings.None, new Generator(11));
        Assert.True(batch.Same(result));
        Assert.NotEqual(batch.Handle, result.Handle);
    }

    [Property(MaxTest = 20)]
    public bool The_same_seed_gives_the_same_bits_and_another_seed_others(uint seed)
    {
        using var scope = NewDisposeScope();
        var batch = Images(6, 9);
        Tensor With(ulong s) => Augmentation.Apply(batch, Everything, new Generator(s));
        return With(seed).Same(With(seed)) && !With(seed).Same(With(seed + 1ul));
    }

    [Fact]
    public void Every_kind_of_change_draws_equally_many_numbers()
    {
        using var scope = NewDisposeScope();
        var batch = Images(4, 6);
        double Next(AugmentSettings settings)
        {
            var generator = new Generator(12);
            Augmentation.Apply(batch, settings, generator);
            return rand(1, dtype: ScalarType.Float64, generator: generator).item<double>();
        }

        Assert.Equal(Next(AugmentSettings.None), Next(Everything));
    }

    [Fact]
    public void Only_the_result_stays_alive()
    {
        using var batch = Images(4, 6);
        var generator = new Generator(13);
        foreach (var settings in new[] { AugmentSettings.None, new(2, false, false), Everything })
        {
            var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
            Augmentation.Apply(batch, settings, generator).Dispose();
            Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        }
    }
}
