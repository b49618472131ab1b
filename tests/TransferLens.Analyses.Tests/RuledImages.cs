using System.Collections.Immutable;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests;

/// <summary>Images of 16 x 16 in four classes: pixel j of image i is ((37 i + 101 j + 13 i j + i i) mod 251), as in tests/reference/barrier.py.</summary>
internal static class RuledImages
{
    /// <summary>The images.</summary>
    /// <param name="labels">Their labels.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="upsideDown">Whether the rows are in reverse order, as in tests/reference/wise_ft.py.</param>
    public static ImageSet Of(ImmutableArray<int> labels, int classes = 4, bool upsideDown = false)
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

        using var turned = upsideDown ? pixels.flip(2) : pixels.clone();
        return ImageSet.InMemory(turned, [.. "abcd"[..classes].Select(name => $"{name}")], labels);
    }
}
