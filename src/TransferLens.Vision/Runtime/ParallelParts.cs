using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>Works on the memory of a batch, part by part, on as many threads as this process computes with.</summary>
internal static class ParallelParts
{
    // Values of a part: large enough that scheduling it costs little, far below the limit of a span.
    private const long Values = 1 << 18;

    /// <summary>Works on the images of a part.</summary>
    /// <param name="from">The bytes of the images.</param>
    /// <param name="to">The bytes of the result.</param>
    public delegate void Work(ReadOnlySpan<byte> from, Span<byte> to);

    /// <summary>Fills a batch from another, part by part.</summary>
    /// <param name="source">(n, ...), contiguous, on the CPU.</param>
    /// <param name="result">(n, ...), contiguous, on the CPU.</param>
    /// <param name="work">Works on one part; called on several threads.</param>
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
    /// <param name="work">
    /// Works on one part, given its first image and its number of images; called on several threads.
    /// </param>
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
