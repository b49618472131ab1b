using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Transforms;

/// <summary>
/// The window that is cut out of one image, in pixels, drawn from numbers that are uniform in [0, 1).
/// </summary>
/// <param name="Right">First column of the crop in the padded image.</param>
/// <param name="Down">First row of the crop in the padded image.</param>
/// <param name="Left">First column of the window that is resized to the image's size.</param>
/// <param name="Top">First row of that window.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Mirrored">Whether the result is mirrored left to right.</param>
internal readonly record struct AugmentationWindow(
    int Right,
    int Down,
    int Left,
    int Top,
    int Width,
    int Height,
    bool Mirrored
)
{
    private const int Attempts = 10;

    /// <summary>Random numbers per image, whatever the settings.</summary>
    public const int Draws = 5 + (2 * Attempts);

    /// <summary>The window for the numbers of one image.</summary>
    public static AugmentationWindow From(ReadOnlySpan<double> drawn, int size, AugmentSettings settings)
    {
        var room = (2 * settings.CropPadding) + 1;
        var (width, height) = settings.ResizedCrop ? CropSize(drawn[5..], size) : (size, size);
        return new(
            (int)(drawn[0] * room),
            (int)(drawn[1] * room),
            (int)(drawn[2] * (size - width + 1)),
            (int)(drawn[3] * (size - height + 1)),
            width,
            height,
            settings.HorizontalFlip && drawn[4] < 0.5
        );
    }

    // torchvision's RandomResizedCrop: the first of ten attempts that fits, else the largest centred window of an
    // allowed aspect ratio, which for a square is the whole image.
    private static (int Width, int Height) CropSize(ReadOnlySpan<double> drawn, int size)
    {
        for (var i = 0; i < Attempts; i++)
        {
            var area = size * size * (0.08 + (0.92 * drawn[2 * i]));
            var aspect = Math.Exp(Math.Log(4.0 / 3) * ((2 * drawn[(2 * i) + 1]) - 1));
            var (width, height) = (
                (int)Math.Round(Math.Sqrt(area * aspect)),
                (int)Math.Round(Math.Sqrt(area / aspect))
            );
            if (width > 0 && width <= size && height > 0 && height <= size)
            {
                return (width, height);
            }
        }

        return (size, size);
    }
}
