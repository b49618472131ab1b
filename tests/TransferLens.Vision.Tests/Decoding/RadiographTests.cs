using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Tests.Decoding;

public class RadiographTests
{
    internal static readonly JsonNode Reference = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "chexpert.json"))
    )!;

    // The grey values of tests/reference/chexpert.py.
    internal static byte[] Pattern(int width, int height) =>
        [
            .. Enumerable
                .Range(0, width * height)
                .Select(i => (X: i % width, Y: i / width))
                .Select(at =>
                    (byte)(
                        (((at.X * 37) + (at.Y * 101) + (at.X * at.Y * 7) + (at.X * at.X * 3)) % 256 / 2)
                        + (((at.X * 3) + (at.Y * 2)) % 64)
                    )
                ),
        ];

    private static DecodedImage Image(int width, int height, byte[] grey) =>
        new(width, height, [.. grey.SelectMany(value => Enumerable.Repeat(value, 3))]);

    [Fact]
    public void A_radiograph_is_prepared_as_by_OpenCV_bit_for_bit()
    {
        var wrong = Reference["prepared"]!
            .AsArray()
            .Where(one =>
            {
                var (width, height, size) = ((int)one!["width"]!, (int)one["height"]!, (int)one["size"]!);
                var square = Radiograph.ToSquare(Image(width, height, Pattern(width, height)), size);
                Assert.Equal(square[..(size * size)], square[(size * size)..(2 * size * size)]);
                Assert.Equal(square[..(size * size)], square[(2 * size * size)..]);
                return Convert.ToHexStringLower(SHA256.HashData(square.AsSpan(0, size * size)))
                    != (string)one["sha256"]!;
            });
        Assert.Empty(wrong);
    }

    [Fact]
    public void Padding_of_the_pixel_mean_is_right_of_tall_images_and_below_wide_ones()
    {
        var tall = Radiograph.ToSquare(Image(10, 40, Pattern(10, 40)), 20);
        var wide = Radiograph.ToSquare(Image(40, 10, Pattern(40, 10)), 20);
        for (var i = 0; i < 400; i++)
        {
            // One pixel beyond the border is blurred into the image.
            Assert.True(i % 20 < 6 || tall[i] == 128, $"column {i % 20} of row {i / 20}");
            Assert.True(i / 20 < 6 || wide[i] == 128, $"column {i % 20} of row {i / 20}");
        }

        Assert.Contains(Enumerable.Range(0, 20), row => tall[(row * 20) + 4] != 128);
    }

    [Fact]
    public void An_equalized_image_spans_all_values_and_does_not_change_with_brightness_and_contrast()
    {
        byte[] dark = [10, 10, 11, 13, 13, 14, 20, 20];
        Assert.Equal(
            Radiograph.Equalize(dark),
            Radiograph.Equalize(Array.ConvertAll(dark, value => (byte)((3 * value) + 50)))
        );
        Assert.Equal((0, 255), (Radiograph.Equalize(dark).Min(), Radiograph.Equalize(dark).Max()));
        Assert.Equal([77, 77, 77], Radiograph.Equalize([77, 77, 77]));
    }

    [Fact]
    public void Grey_images_keep_their_values_and_coloured_ones_become_their_luma()
    {
        var all = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        Assert.Equal(all, Radiograph.ToGrey(Image(16, 16, all)));
        // 0.299, 0.587 and 0.114 of 255.
        Assert.Equal(
            [76, 150, 29, 255],
            Radiograph.ToGrey(new(4, 1, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]))
        );
    }
}
