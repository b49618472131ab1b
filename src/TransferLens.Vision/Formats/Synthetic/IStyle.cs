using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>The look of the synthetic images of one domain.</summary>
internal interface IStyle
{
    /// <summary>Paints background, object and foreground on a canvas from -1 to 1, right and down.</summary>
    void Paint(SKCanvas canvas, Sketch sketch, ImageRandom random);

    /// <summary>Changes the painted pixels, as a camera would.</summary>
    void Develop(Span<byte> pixels, int size, ImageRandom random);
}
