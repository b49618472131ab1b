namespace TransferLens.Vision.Decoding;

/// <summary>
/// Keeps what several threads decode at once within a stated memory: an image of many pixels is put off by the threads and
/// decoded by one of them alone, from its bytes to its square.
/// </summary>
internal static class LargeImages
{
    /// <summary>Most pixels of an image that is not large.</summary>
    public const long ManyPixels = 1 << 24;

    [ThreadStatic]
    private static bool putsOff;

    /// <summary>Reads on this thread, unless it comes upon a large image.</summary>
    /// <exception cref="DeferredException">It did.</exception>
    public static T PuttingOff<T>(Func<T> read)
    {
        putsOff = true;
        try
        {
            return read();
        }
        finally
        {
            putsOff = false;
        }
    }

    /// <summary>Asks whether an image may be decoded now, before memory is taken for it.</summary>
    /// <exception cref="DeferredException">It is large, and this thread is not alone.</exception>
    public static void Ask(long pixels)
    {
        if (putsOff && pixels > ManyPixels)
        {
            throw new DeferredException();
        }
    }

    /// <summary>A large image is put off.</summary>
    public sealed class DeferredException : Exception;
}
