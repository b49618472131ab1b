using BitMiracle.LibTiff.Classic;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Decoding;

/// <summary>What the tags of a TIFF image say about its pixels.</summary>
/// <param name="Width">Width in pixels, as stored.</param>
/// <param name="Height">Height in pixels, as stored.</param>
/// <param name="Bits">Bits of a sample: 1, 2, 4, 8 or 16.</param>
/// <param name="Samples">Samples of a pixel.</param>
/// <param name="IsPlanar">Whether each sample has a plane of its own.</param>
/// <param name="Colours">What the samples mean.</param>
/// <param name="IsPremultiplied">Whether colours are multiplied by the alpha that follows them.</param>
/// <param name="Orientation">How the image is turned: 1 to 8, as in EXIF.</param>
internal sealed record TiffForm(
    int Width,
    int Height,
    int Bits,
    int Samples,
    bool IsPlanar,
    Photometric Colours,
    bool IsPremultiplied,
    int Orientation
)
{
    private const int MostSamples = 16;

    /// <summary>Most bytes that one byte of the file unpacks to; those of a blank fax are many.</summary>
    public long MostCompression { get; private init; }

    /// <summary>Samples of a pixel that are used.</summary>
    public int Used =>
        Colours switch
        {
            Photometric.SEPARATED => 4,
            Photometric.RGB => IsPremultiplied ? 4 : 3,
            _ => 1,
        };

    /// <summary>Reads the tags. JPEG's colours become RGB.</summary>
    /// <param name="tiff">The image.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="InputException">The image is of a kind that is not read.</exception>
    public static TiffForm Read(Tiff tiff, string name)
    {
        var colours = (Photometric)(tiff.GetField(TiffTag.PHOTOMETRIC)?[0].ToInt() ?? 0);
        if (colours == Photometric.YCBCR && Value(tiff, TiffTag.COMPRESSION) == (int)Compression.JPEG)
        {
            tiff.SetField(TiffTag.JPEGCOLORMODE, JpegColorMode.RGB);
            colours = Photometric.RGB;
        }

        var form = new TiffForm(
            Value(tiff, TiffTag.IMAGEWIDTH),
            Value(tiff, TiffTag.IMAGELENGTH),
            Value(tiff, TiffTag.BITSPERSAMPLE),
            Value(tiff, TiffTag.SAMPLESPERPIXEL),
            Value(tiff, TiffTag.PLANARCONFIG) == (int)PlanarConfig.SEPARATE,
            colours,
            tiff.GetField(TiffTag.EXTRASAMPLES)?[1].Value is ExtraSample[] and [ExtraSample.ASSOCALPHA, ..]
                && colours == Photometric.RGB,
            Value(tiff, TiffTag.ORIENTATION)
        )
        {
            MostCompression = (Compression)Value(tiff, TiffTag.COMPRESSION) switch
            {
                Compression.NONE => 1,
                Compression.CCITTRLE or Compression.CCITTRLEW => 1 << 15,
                Compression.CCITTFAX3 or Compression.CCITTFAX4 => 1 << 15,
                _ => 1 << 12,
            },
        };
        var format = (SampleFormat)Value(tiff, TiffTag.SAMPLEFORMAT);
        return form.IsRead && format == SampleFormat.UINT
            ? form
            : throw new InputException(
                $"The image '{name}' is a TIFF image of {form.Samples} {Word(format)}samples of {form.Bits} bits "
                    + $"({colours}), which is not read; convert it to RGB of 8 bits, or skip bad images."
            );
    }

    private static string Word(SampleFormat format) =>
        format switch
        {
            SampleFormat.UINT => "",
            SampleFormat.INT => "signed ",
            SampleFormat.IEEEFP => "floating-point ",
            _ => "unknown ",
        };

    private bool IsRead =>
        Width > 0
        && Height > 0
        && Samples <= MostSamples
        && Samples >= Used
        && Colours switch
        {
            Photometric.MINISWHITE or Photometric.MINISBLACK => Bits is 1 or 2 or 4 or 8 or 16,
            Photometric.PALETTE => Bits is 1 or 2 or 4 or 8,
            Photometric.RGB or Photometric.SEPARATED => Bits is 8 or 16,
            _ => false,
        };

    private static int Value(Tiff tiff, TiffTag tag) => tiff.GetFieldDefaulted(tag)?[0].ToInt() ?? 0;
}
