using System.Globalization;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Decoding;

/// <summary>
/// Decodes binary PPM (<c>P6</c>) and PGM (<c>P5</c>) images of 8 bits. Source:
/// https://netpbm.sourceforge.net/doc/ppm.html.
/// </summary>
internal sealed class PortableMap(byte[] content, string name)
{
    private const int MostDigits = 9;

    private int at = 2;

    /// <summary>Whether a content begins as one of these.</summary>
    public static bool Is(ReadOnlySpan<byte> content) => content is [(byte)'P', (byte)'5' or (byte)'6', ..];

    /// <summary>Decodes an image.</summary>
    /// <param name="content">The content of its file.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="InputException">It is damaged or not of 8 bits.</exception>
    public static DecodedImage Decode(byte[] content, string name) => new PortableMap(content, name).Decode();

    private DecodedImage Decode()
    {
        var channels = content[1] == '6' ? 3 : 1;
        var (width, height, maximum) = (Number(), Number(), Number());
        at++; // One white space ends the header.
        ImageFile.CheckPixels(name, width, height);
        var bytes = (long)width * height * channels;
        if (width < 1 || height < 1 || maximum != byte.MaxValue || content.Length - at < bytes)
        {
            throw Broken();
        }

        var values = content.AsSpan(at, (int)bytes);
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = values[channels == 3 ? i : i / 3];
        }

        return new(width, height, pixels);
    }

    // White space and comments, then digits.
    private int Number()
    {
        while (at < content.Length && (content[at] == '#' || char.IsWhiteSpace((char)content[at])))
        {
            var end = content[at] == '#' ? Array.IndexOf(content, (byte)'\n', at) : at;
            at = end < 0 ? content.Length : end + 1;
        }

        var start = at;
        while (at < content.Length && char.IsAsciiDigit((char)content[at]))
        {
            at++;
        }

        var digits = content.AsSpan(start, at - start);
        return digits.Length is > 0 and <= MostDigits
            ? int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture)
            : throw Broken();
    }

    private InputException Broken() =>
        new($"The image '{name}' is not a whole PPM or PGM image of 8 bits; replace it, or skip bad images.");
}
