using BitMiracle.LibTiff.Classic;

namespace TransferLens.Vision.Decoding;

/// <summary>Reads the strips or tiles of a TIFF image.</summary>
/// <param name="tiff">The image.</param>
/// <param name="form">What its tags say.</param>
/// <param name="length">Bytes of its file.</param>
internal sealed class TiffSamples(Tiff tiff, TiffForm form, long length)
{
    private readonly byte[] samples = GC.AllocateUninitializedArray<byte>(form.Width * form.Height * form.Used);

    /// <summary>
    /// Height x Width x <see cref="TiffForm.Used"/> samples of one byte: values of fewer than 8 bits as they are, the
    /// high byte of 16 bits.
    /// </summary>
    /// <exception cref="InvalidDataException">The image is damaged.</exception>
    public byte[] Read()
    {
        var (width, height) = tiff.IsTiled()
            ? (Tag(TiffTag.TILEWIDTH), Tag(TiffTag.TILELENGTH))
            : (form.Width, Math.Min(form.Height, Tag(TiffTag.ROWSPERSTRIP)));
        Require(width > 0 && height > 0);
        var perBlock = form.IsPlanar ? 1 : form.Samples;
        var rowBytes = (((long)width * perBlock * form.Bits) + 7) / 8;
        // Twice, since a tile may be larger than its image.
        Require(rowBytes <= Array.MaxLength / height && rowBytes * height <= 2 * length * form.MostCompression);
        var block = new byte[rowBytes * height];
        for (var plane = 0; plane < (form.IsPlanar ? form.Used : 1); plane++)
        {
            for (var top = 0; top < form.Height; top += height)
            {
                for (var left = 0; left < form.Width; left += width)
                {
                    var rows = Math.Min(height, form.Height - top);
                    Require(ReadBlock(block, left, top, plane) >= rows * rowBytes);
                    for (var row = 0; row < rows; row++)
                    {
                        var columns = Math.Min(width, form.Width - left);
                        CopyRow(block.AsSpan((int)(row * rowBytes), (int)rowBytes), top + row, left, columns, plane);
                    }
                }
            }
        }

        return samples;
    }

    private int ReadBlock(byte[] block, int left, int top, int plane)
    {
        var isTiled = tiff.IsTiled();
        var index = isTiled ? tiff.ComputeTile(left, top, 0, (short)plane) : tiff.ComputeStrip(top, (short)plane);
        // The library would allocate as many bytes as the tag claims.
        Require(tiff.RawTileSize(index) <= length);
        return isTiled
            ? tiff.ReadEncodedTile(index, block, 0, block.Length)
            : tiff.ReadEncodedStrip(index, block, 0, block.Length);
    }

    private void CopyRow(ReadOnlySpan<byte> from, int row, int left, int columns, int plane)
    {
        var (perBlock, used) = (form.IsPlanar ? 1 : form.Samples, form.IsPlanar ? 1 : form.Used);
        var to = samples.AsSpan(((row * form.Width) + left) * form.Used);
        for (var column = 0; column < columns; column++)
        {
            for (var channel = 0; channel < used; channel++)
            {
                to[(column * form.Used) + plane + channel] = Sample(from, (column * perBlock) + channel);
            }
        }
    }

    // LibTiff gives values of 16 bits in the order of this machine.
    private byte Sample(ReadOnlySpan<byte> row, int index)
    {
        switch (form.Bits)
        {
            case 16:
                return row[(2 * index) + (BitConverter.IsLittleEndian ? 1 : 0)];
            case 8:
                return row[index];
            default:
                var bit = index * form.Bits;
                return (byte)((row[bit / 8] >> (8 - form.Bits - (bit % 8))) & ((1 << form.Bits) - 1));
        }
    }

    private int Tag(TiffTag tag) => tiff.GetFieldDefaulted(tag)?[0].ToInt() is { } value and > 0 ? value : int.MaxValue;

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException();
        }
    }
}
