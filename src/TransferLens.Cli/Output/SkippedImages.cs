namespace TransferLens.Cli.Output;

/// <summary>Words for images skipped by <c>--skip-bad-images</c>.</summary>
internal static class SkippedImages
{
    /// <summary>Their number in a sentence.</summary>
    public static string Sentence(int count) =>
        count == 1
            ? "1 image could not be decoded and was left out."
            : $"{count:N0} images could not be decoded and were left out.";
}
