using System.Collections.Immutable;
using System.Text;
using TransferLens.Studies.Inputs;
using static TransferLens.Studies.Inputs.ForeignFile;

namespace TransferLens.Vision.Decoding;

/// <summary>Kinds of files that have an image's name and that contain no image to decode.</summary>
internal static class ForeignImages
{
    private const string Convert = "Save it as PNG or JPEG";
    private const string Replace = "Replace it by the image";
    private const int DicomStart = 128;

    private static readonly string[] HeifBrands = ["heic", "heix", "heim", "hevc", "mif1", "msf1", "avif", "avis"];

    /// <summary>Every kind, the more specific ones first.</summary>
    public static ImmutableArray<ForeignFile> All { get; } =
    [
        new("an SVG drawing", Convert, start => Encoding.UTF8.GetString(start).Contains("<svg")),
        .. Placeholders,
        new("a HEIC or AVIF image, which is not read", Convert, start =>
            IsFileType(start) && HeifBrands.Contains(Encoding.Latin1.GetString(start[8..12]))
        ),
        new("a video (MP4 or QuickTime)", "Extract its frames", IsFileType),
        new("a JPEG XL image, which is not read", Convert, start =>
            Begins(start, "\u00ff\u000a") || Begins(start, "\0\0\0\u000cJXL ")
        ),
        new("a JPEG 2000 image, which is not read", Convert, start => Begins(start, "\0\0\0\u000cjP  ")),
        new("a Photoshop document", Convert, start => Begins(start, "8BPS"u8)),
        new("a DICOM file", Convert, start =>
            start.Length > DicomStart && start.AsSpan(DicomStart).StartsWith("DICM"u8)
        ),
        new("a PDF document", Replace, start => Begins(start, "%PDF-"u8)),
        new("an array of NumPy", Replace, start => Begins(start, "\u0093NUMPY")),
        new("an HDF5 file", Replace, start => Begins(start, "\u0089HDF\r\n")),
        new("a zip archive", "Unpack it", start => Begins(start, "PK\u0003\u0004")),
        new("compressed (gzip)", "Unpack it", start => Begins(start, "\u001f\u008b")),
        new("a text file", Replace, IsText),
    ];

    /// <summary>The error that a content is of one of these kinds; null if it is of none.</summary>
    /// <param name="name">What the image is called in messages.</param>
    /// <param name="content">The content, or its beginning.</param>
    public static InputException? Find(string name, byte[] content)
    {
        var start = content.Length > Start ? content[..Start] : content;
        return All.FirstOrDefault(kind => kind.Matches(start)) is { } kind
            ? new($"The image '{name}' is {kind.What}. {kind.Advice}, or skip bad images.")
            : null;
    }

    private static bool IsFileType(byte[] start) => start.Length >= 12 && start.AsSpan(4).StartsWith("ftyp"u8);
}
