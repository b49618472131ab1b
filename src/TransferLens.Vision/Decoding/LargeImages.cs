namespace TransferLens.Vision.Decoding;

/// <summary>
/// Bounds the memory of decoding on several threads: threads defer images with many pixels, which are then decoded one
/// at a time on a single thread.
/// </summary>
internal static class LargeImages
{
    /// <summary>Most pixels of an image that is not deferred.</summary>
    public const long MaximumPixels = 1 << 24;

    [ThreadStatic]
    private static bool defers;

    /// <summary>Reads an image on this thread unless it is large.</summary>
    /// <exception cref="DeferredException">It is large.</exception>
    public static T Defer<T>(Func<T> read)
    {
        defers = true;
        try
        {
            return read();
        }
        finally
        {
            defers = false;
        }
    }

    /// <summary>Requests to decode an image; called before memory is allocated for it.</summary>
    /// <param name="pixels">Its number of pixels.</param>
    /// <exception cref="DeferredException">It is large, and this thread defers large images.</exception>
    public static void Request(long pixels)
    {
        if (defers && pixels > MaximumPixels)
        {
            throw new DeferredException();
        }
    }

    /// <summary>Says that a large image was deferred.</summary>
    public sealed class DeferredException : Exception;
}
