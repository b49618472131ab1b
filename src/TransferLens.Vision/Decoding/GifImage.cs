namespace TransferLens.Vision.Decoding;

/// <summary>
/// Makes the transparent pixels of a GIF image visible, as Pillow's <c>convert("RGB")</c> does: a decoder would leave
/// them black. Source: GIF 89a, CompuServe 1990.
/// </summary>
internal static class GifImage
{
    private const int HeaderBytes = 13;
    private const int TableFlag = 0x80;

    /// <summary>Whether a file begins as one of GIF.</summary>
    public static bool Is(ReadOnlySpan<byte> start) => start.StartsWith("GIF8"u8);

    /// <summary>A copy without the mark of a transparent colour before the first image.</summary>
    public static byte[] ShowTransparent(byte[] content)
    {
        byte[] file = [.. content];
        var at = HeaderBytes;
        if (file.Length >= HeaderBytes && (file[10] & TableFlag) != 0)
        {
            at += 3 << ((file[10] & 7) + 1);
        }

        while (at + 3 < file.Length && file[at] == 0x21) // an extension: a label, then blocks up to an empty one
        {
            if (file[at + 1] == 0xf9)
            {
                file[at + 3] &= 0xfe; // of the graphic control, which says whether a colour is transparent
            }

            for (at += 2; at < file.Length && file[at] > 0; at += file[at] + 1) { }

            at++;
        }

        return file;
    }
}
