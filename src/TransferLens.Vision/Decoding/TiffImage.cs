using BitMiracle.LibTiff.Classic;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Decoding;

/// <summary>
/// Decodes the first image of a TIFF file to the pixels of Pillow's <c>convert("RGB")</c>: grey, palette, RGB and CMYK,
/// turned as the orientation tag says; transparency is dropped. Grey of 16 bits keeps its high byte, as RGB of 16 bits
/// does; Pillow clips grey to 255.
/// </summary>
internal static class TiffImage
{
    static TiffImage() => Tiff.SetErrorHandler(new Silent());

    /// <summary>Decodes an image.</summary>
    /// <param name="content">The content of its file.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="InputException">It is damaged, too large, or of a kind that is not read.</exception>
    public static DecodedImage Decode(byte[] content, string name)
    {
        if (TiffDirectory.IsBig(content))
        {
            throw new InputException(
                $"The image '{name}' is a BigTIFF, which is not read; save it as TIFF, or skip bad images."
            );
        }

        try
        {
            TiffDirectory.Check(content);
            using var stream = new MemoryStream(content, writable: false);
            using var tiff = Tiff.ClientOpen(name, "r", stream, new TiffStream()) ?? throw new InvalidDataException();
            return Decode(tiff, content.Length, name) with { HasMoreFrames = TiffDirectory.HasNext(content) };
        }
        catch (Exception failure)
            when (failure is not (InputException or OutOfMemoryException or LargeImages.DeferredException))
        {
            throw new InputException(
                $"The image '{name}' is not a whole TIFF image; replace it, or skip bad images.",
                failure
            );
        }
    }

    private static DecodedImage Decode(Tiff tiff, long length, string name)
    {
        var form = TiffForm.Read(tiff, name);
        ImageFile.CheckPixels(name, form.Width, form.Height);
        var pixels = (long)form.Width * form.Height;
        if (pixels * form.Bits * form.Used / 8 > length * form.MostCompression)
        {
            throw new InvalidDataException();
        }

        LargeImages.Request(pixels);
        var samples = new TiffSamples(tiff, form, length).Read();
        var image = new DecodedImage(form.Width, form.Height, TiffColours.ToRgb(samples, form, tiff));
        return form.Orientation is > 1 and <= 8 ? Turn(image, form.Orientation) : image;
    }

    // 2 to 4 mirror or turn half; 5 to 8 also exchange rows and columns.
    private static DecodedImage Turn(DecodedImage image, int orientation)
    {
        var (width, height) = orientation < 5 ? (image.Width, image.Height) : (image.Height, image.Width);
        var turned = new byte[image.Pixels.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (column, row) = orientation < 5 ? (x, y) : (y, x);
                column = orientation is 2 or 3 or 7 or 8 ? image.Width - 1 - column : column;
                row = orientation is 3 or 4 or 6 or 7 ? image.Height - 1 - row : row;
                var from = image.Pixels.AsSpan(3 * ((row * image.Width) + column), 3);
                from.CopyTo(turned.AsSpan(3 * ((y * width) + x)));
            }
        }

        return image with
        {
            Width = width,
            Height = height,
            Pixels = turned,
        };
    }

    // The library writes to standard error by default.
    private sealed class Silent : TiffErrorHandler
    {
        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            // A reader fails by what it returns.
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
            // What matters is checked here.
        }
    }
}
