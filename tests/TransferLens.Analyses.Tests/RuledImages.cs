using System.Collections.Immutable;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests;

/// <summary>Images of 16 x 16 in four classes: pixel j of image i is ((37 i + 101 j + 13 i j + i i) mod 251), as in tests/reference/barrier.py.</summary>
internal static class RuledImages
{
    public static ImageSet Of(ImmutableArray<int> labels)
    {
        const int each = 3 * 16 * 16;
        using var pixels = zeros([labels.Length, 3, 16, 16], dtype: ScalarType.Byte);
        var bytes = pixels.bytes;
        for (var i = 0; i < labels.Length; i++)
        {
            for (var j = 0; j < each; j++)
            {
                bytes[(i * each) + j] = (byte)(((37 * i) + (101 * j) + (13 * i * j) + (i * i)) % 251);
            }
        }

        return ImageSet.InMemory(pixels, ["a", "b", "c", "d"], labels);
    }
}
