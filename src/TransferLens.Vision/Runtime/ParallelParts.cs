using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>Works on the plain memory of a batch, some images at a time, on as many threads as this process computes with.</summary>
internal static class ParallelParts
{
    // Large enough that handing out a part costs nothing beside the work on it; far below what a span may hold.
    private const long Values = 1 << 18;

    /// <summary>Works on the images of a part.</summary>
    /// <param name="from">Their bytes.</param>
    /// <param name="to">The bytes of what becomes of them.</param>
    public delegate void Work(ReadOnlySpan<byte> from, Span<byte> to);

    /// <summary>Fills a batch from another, part by part.</summary>
    /// <param name="source">(n, ...), contiguous, on the processor.</param>
    /// <param name="result">(n, ...), contiguous, on the processor.</param>
    /// <param name="work">Works on one part; is called on several threads.</param>
    public static void Each(Tensor source, Tensor result, Work work)
    {
        var count = source.shape[0];
        Each(count, count == 0 ? 0 : source.numel() / count, (first, images) =>
        {
            using var from = source.narrow(0, first, images);
            using var to = result.narrow(0, first, images);
            work(from.bytes, to.bytes);
        });
    }

    /// <summary>Works on numbered images, part by part.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="values">Values of an image.</param>
    /// <param name="work">Works on one part, given its first image and how many it has; is called on several threads.</param>
    public static void Each(long count, long values, Action<long, long> work)
    {
        var size = Math.Max(1, Values / Math.Max(1, values));
        var parts = (count + size - 1) / size;
        void Run(long part) => work(part * size, Math.Min(size, count - (part * size)));
        if (parts == 1)
        {
            Run(0);
            return;
        }

        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, Run);
    }
}
