namespace TransferLens.Cli.Output;

/// <summary>Words for pictures that were left out with <c>--skip-bad-pictures</c>.</summary>
internal static class SkippedPictures
{
    /// <summary>How many, in a sentence.</summary>
    public static string Sentence(int count) => count == 1 ? "1 picture could not be decoded and was left out." : $"{count:N0} pictures could not be decoded and were left out.";
}
