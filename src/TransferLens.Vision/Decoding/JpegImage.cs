using System.Diagnostics.CodeAnalysis;
using NetVips;

namespace TransferLens.Vision.Decoding;

/// <summary>
/// Decodes JPEG files by libvips, whose libjpeg-turbo has vector instructions. Only what is beyond doubt is decoded
/// here: sound files of 8-bit grey or RGB pixels, where Pillow, SkiaSharp and libvips give the same bits. SkiaSharp
/// judges the rest, and everything where the program has no libvips.
/// </summary>
internal static class JpegImage
{
    private const int Rgb = 3;

    private static readonly Lazy<bool> HasLibvips = new(Start);

    /// <summary>Whether a content begins as a JPEG file does.</summary>
    public static bool Is(ReadOnlySpan<byte> start) => start.StartsWith<byte>([0xff, 0xd8, 0xff]);

    /// <summary>Decodes the content of a file.</summary>
    /// <param name="content">The content, which begins as a JPEG file does.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="image">The image.</param>
    /// <returns>Whether it was decoded; otherwise another decoder is to judge the content.</returns>
    /// <exception cref="Studies.Inputs.InputException">It claims too many pixels; it is named.</exception>
    /// <exception cref="LargeImages.DeferredException">It is large, and this thread defers large images.</exception>
    public static bool TryDecode(byte[] content, string name, [NotNullWhen(true)] out DecodedImage? image)
    {
        image = null;
        if (!HasLibvips.Value)
        {
            return false;
        }

        try
        {
            // Every warning is a reason to leave the file to the other decoder, which knows what Pillow forgives.
            using var read = Image.JpegloadBuffer(
                content,
                access: Enums.Access.Sequential,
                failOn: Enums.FailOn.Warning
            );
            if (read.Format != Enums.BandFormat.Uchar || read.Bands is not (1 or Rgb))
            {
                return false;
            }

            ImageFile.CheckPixels(name, read.Width, read.Height);
            LargeImages.Request((long)read.Width * read.Height);
            var pixels = read.WriteToMemory<byte>();
            image = new(read.Width, read.Height, read.Bands == Rgb ? pixels : Repeat(pixels));
            return true;
        }
        catch (VipsException)
        {
            return false;
        }
    }

    private static byte[] Repeat(byte[] grey)
    {
        var rgb = GC.AllocateUninitializedArray<byte>(grey.Length * Rgb);
        for (var pixel = 0; pixel < grey.Length; pixel++)
        {
            rgb.AsSpan(pixel * Rgb, Rgb).Fill(grey[pixel]);
        }

        return rgb;
    }

    // Images are decoded side by side, each once: threads and results that are kept would only take room. What is wrong
    // with a file is for the other decoder to say, and not on standard error.
    private static bool Start()
    {
        if (!ModuleInitializer.VipsInitialized)
        {
            return false;
        }

        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, static (_, _, _) => { });
        return true;
    }
}
