using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

/// <summary>
/// Images of four classes in turn: pixel j of image i is ((37 i + 101 j + 13 i j + i i) mod 251), as in
/// <c>tests/reference/freeze.py</c>.
/// </summary>
internal static class RuledImages
{
    /// <summary>Makes images.</summary>
    /// <param name="count">How many.</param>
    /// <param name="size">Side in pixels.</param>
    public static ImageSet Create(int count, int size = 16)
    {
        using var scope = NewDisposeScope();
        var each = 3 * size * size;
        var pixels = tensor([
                .. Enumerable
                    .Range(0, count)
                    .SelectMany(i =>
                        Enumerable
                            .Range(0, each)
                            .Select(j => (byte)(((37 * i) + (101 * j) + (13 * i * j) + (i * i)) % 251))
                    ),
            ])
            .view(count, 3, size, size);
        return ImageSet.InMemory(pixels, ["a", "b", "c", "d"], [.. Enumerable.Range(0, count).Select(i => i % 4)]);
    }
}
