using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Output;

/// <summary>Words for images and files that were left out.</summary>
internal static class SkippedImages
{
    /// <summary>The number of images skipped by <c>--skip-bad-images</c> in a sentence.</summary>
    public static string Sentence(int count) =>
        count == 1
            ? "1 image could not be decoded and was left out."
            : $"{count:N0} images could not be decoded and were left out.";

    /// <summary>The number of images with several frames or pages in a sentence.</summary>
    public static string MoreFrames(int count) =>
        count == 1
            ? "1 image has several frames or pages, of which the first is used."
            : $"{count:N0} images have several frames or pages, of which the first is used.";

    /// <summary>What to know about images before their numbers, a sentence each.</summary>
    /// <param name="source">The images before decoding.</param>
    /// <param name="images">The images.</param>
    public static IEnumerable<string> Notes(IImageSource source, ImageSet images)
    {
        if (images.Skipped > 0)
        {
            yield return Sentence(images.Skipped);
        }

        if (!source.LeftOut.IsEmpty)
        {
            yield return $"Not read: {LeftOutFiles.List(source.LeftOut)}.";
        }

        if (images.MoreFrames > 0)
        {
            yield return MoreFrames(images.MoreFrames);
        }

        foreach (var remark in source.Remarks)
        {
            yield return remark;
        }

        if (images.Note is { } note)
        {
            yield return note;
        }
    }
}
