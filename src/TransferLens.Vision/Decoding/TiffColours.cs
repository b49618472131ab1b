using BitMiracle.LibTiff.Classic;

namespace TransferLens.Vision.Decoding;

/// <summary>Turns the samples of a TIFF image into red, green and blue, as Pillow does.</summary>
internal static class TiffColours
{
    /// <summary>Height x Width x 3 bytes.</summary>
    /// <param name="samples">Height x Width x <see cref="TiffForm.Used"/> samples.</param>
    /// <param name="form">What the tags say.</param>
    /// <param name="tiff">The image, for its palette.</param>
    /// <exception cref="InvalidDataException">It has no palette, but needs one.</exception>
    public static byte[] ToRgb(byte[] samples, TiffForm form, Tiff tiff)
    {
        if (form.Colours == Photometric.RGB && form.Used == 3)
        {
            return samples;
        }

        var rgb = GC.AllocateUninitializedArray<byte>(form.Width * form.Height * 3);
        var table = form.Used == 1 ? Table(form, tiff) : [];
        for (var pixel = 0; pixel < rgb.Length / 3; pixel++)
        {
            var to = rgb.AsSpan(3 * pixel, 3);
            if (form.Used == 1)
            {
                table.AsSpan(3 * samples[pixel], 3).CopyTo(to);
            }
            else
            {
                var from = samples.AsSpan(4 * pixel, 4);
                Mix(from, form.Colours == Photometric.SEPARATED ? from[3] : -1, to);
            }
        }

        return rgb;
    }

    // Of cyan, magenta, yellow and black; or of colours that are multiplied by the fourth value.
    private static void Mix(ReadOnlySpan<byte> from, int black, Span<byte> to)
    {
        for (var i = 0; i < 3; i++)
        {
            var light = byte.MaxValue - black;
            to[i] =
                black >= 0 ? (byte)Math.Max(0, light - Multiply(from[i], light))
                : from[3] == 0 ? (byte)0
                : (byte)Math.Min(byte.MaxValue, byte.MaxValue * from[i] / from[3]);
        }
    }

    // a * b / 255, rounded.
    private static int Multiply(int a, int b)
    {
        var product = (a * b) + 128;
        return ((product >> 8) + product) >> 8;
    }

    // The colour of each value of one sample.
    private static byte[] Table(TiffForm form, Tiff tiff)
    {
        var (values, table) = (1 << Math.Min(form.Bits, 8), new byte[3 << Math.Min(form.Bits, 8)]);
        var palette = form.Colours == Photometric.PALETTE ? Palette(tiff, values) : null;
        for (var i = 0; i < table.Length; i++)
        {
            var grey = i / 3 * byte.MaxValue / (values - 1);
            table[i] = (byte)(
                palette is not null ? palette[i % 3][i / 3] >> 8
                : form.Colours == Photometric.MINISWHITE ? byte.MaxValue - grey
                : grey
            );
        }

        return table;
    }

    private static ushort[][] Palette(Tiff tiff, int values)
    {
        ushort[][] palette = [.. (tiff.GetField(TiffTag.COLORMAP) ?? []).Select(field => field.ToUShortArray() ?? [])];
        return palette.Length == 3 && palette.All(channel => channel.Length >= values)
            ? palette
            : throw new InvalidDataException();
    }
}
