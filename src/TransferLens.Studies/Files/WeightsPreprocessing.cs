using System.Collections.Immutable;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Files;

/// <summary>
/// The preprocessing that pretrained weights expect, as a file next to them states it: <c>preprocessor_config.json</c>
/// or <c>processor_config.json</c> of transformers, <c>open_clip_config.json</c> of OpenCLIP, or <c>config.json</c> of
/// timm (<c>pretrained_cfg</c>).
/// </summary>
/// <param name="Images">Size, resizing, interpolation and normalization.</param>
/// <param name="Path">The file that states them.</param>
public sealed record WeightsPreprocessing(ImageSettings Images, string Path)
{
    /// <summary>What was assumed, or is in the file and not used, a sentence each.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>
    /// The part of a side that is left after the crop, in (0, 1]; null for that of <see cref="Images"/>.
    /// </summary>
    internal double? CropFraction { get; init; }

    /// <summary>The size from which images are squashed and not cropped; null for none.</summary>
    internal int? SquashedFrom { get; init; }

    /// <summary>The same for another size: the crop takes the same part of the image.</summary>
    /// <param name="size">Side of the square, in pixels.</param>
    /// <returns>Settings whose resize length is rounded down, as timm and transformers do.</returns>
    public ImageSettings ForSize(int size)
    {
        if (size == Images.Size)
        {
            return Images;
        }

        if (SquashedFrom is { } from)
        {
            return size >= from
                ? Images with { Size = size, Resize = size, ResizeMode = ResizeMode.Squash }
                : Images with { Size = size, Resize = Resized(size), ResizeMode = ResizeMode.Shortest };
        }

        return Images with { Size = size, Resize = Resized(size) };
    }

    /// <summary>What is taken from the file, and the remarks, a sentence each.</summary>
    /// <param name="used">The settings of the file, with what the user wrote in place of some.</param>
    internal IEnumerable<string> Notes(ImageSettings used) =>
        [
            $"Preprocessing from '{Path}'{(used == Images ? "" : ", changed as asked for")}: size {used.Size}, "
                + $"resize {used.Resize}, resize_mode {EnumWords<ResizeMode>.Of(used.ResizeMode)}, interpolation "
                + $"{EnumWords<Interpolation>.Of(used.Interpolation)}, normalize {used.Normalize}.",
            .. Remarks,
        ];

    private int Resized(int size) =>
        CropFraction is { } fraction ? Resized(size, fraction) : (int)((long)size * Images.Resize / Images.Size);

    /// <summary>
    /// The length of which a crop of some pixels is a fraction, as Python's <c>int(size / fraction)</c>.
    /// </summary>
    internal static int Resized(int size, double fraction) => (int)Math.Min(size / fraction, int.MaxValue);
}
