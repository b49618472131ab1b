using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Formats;

/// <summary>An image as CIFAR's files have it: 3 planes of 32 x 32 bytes, red, green, blue.</summary>
internal static class CifarPixels
{
    /// <summary>Bytes of an image.</summary>
    public const int Bytes = 3 * Side * Side;

    private const int Side = 32;

    /// <summary>The image of its planes.</summary>
    public static DecodedImage Create(ReadOnlySpan<byte> planes)
    {
        var pixels = new byte[Bytes];
        for (var i = 0; i < Bytes; i++)
        {
            pixels[i] = planes[(i % 3 * Side * Side) + (i / 3)];
        }

        return new(Side, Side, pixels);
    }
}
