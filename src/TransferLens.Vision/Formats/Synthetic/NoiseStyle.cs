using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>
/// No object: every value of every pixel is uniform noise, whatever the class, so labels can be memorized but not
/// learned. A model that is pretrained on it has no features to transfer.
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
