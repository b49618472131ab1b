using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Transforms;

/// <summary>The affine change drawn for one image: rotation about its centre, then scaling, then a shift.</summary>
/// <param name="Angle">In degrees, clockwise.</param>
/// <param name="Right">Shift to the right in pixels.</param>
/// <param name="Down">Shift downwards in pixels.</param>
/// <param name="Scale">Size after the change divided by size before.</param>
internal readonly record struct AffineDraw(double Angle, int Right, int Down, double Scale)
{
    /// <summary>Random numbers per image.</summary>
    public const int Draws = 4;

    /// <summary>
    /// The change for the numbers of one image; shifts are rounded to whole pixels as in torchvision.
    /// </summary>
    /// <param name="drawn"><see cref="Draws"/> numbers, uniform in [0, 1).</param>
    /// <param name="size">Side of the image in pixels.</param>
    /// <param name="settings">The ranges.</param>
    public static AffineDraw From(ReadOnlySpan<double> drawn, int size, AffineSettings settings) =>
        new(
            Between(drawn[0], settings.Rotation),
            (int)Math.Round(Between(drawn[1], settings.Shift * size)),
            (int)Math.Round(Between(drawn[2], settings.Shift * size)),
            1 + Between(drawn[3], settings.Scale)
        );

    private static double Between(double drawn, double limit) => ((2 * drawn) - 1) * limit;
}
