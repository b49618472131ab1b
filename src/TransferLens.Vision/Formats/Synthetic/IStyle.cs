using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>How synthetic images of one domain look.</summary>
internal interface IStyle
{
    /// <summary>Paints background, object and what lies before it on a canvas from -1 to 1, right and down.</summary>
    void Paint(SKCanvas canvas, Sketch sketch, ImageRandom random);

    /// <summary>Changes the finished pixels, as a camera would.</summary>
    void Develop(Span<byte> pixels, int size, ImageRandom random);
}
