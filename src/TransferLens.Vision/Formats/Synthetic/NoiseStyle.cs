using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>
/// Nothing at all: every value of every pixel is uniform noise, whatever the class, so a label cannot be learned, only
/// remembered. What is pretrained on it has no features to transfer.
/// </summary>
internal sealed class NoiseStyle : IStyle
{
    public void Paint(SKCanvas canvas, Sketch sketch, ImageRandom random) { }

    public void Develop(Span<byte> pixels, int size, ImageRandom random)
    {
        foreach (ref var value in pixels)
        {
            value = (byte)random.Next();
        }
    }
}
