namespace TransferLens.Vision.Decoding;

/// <summary>
/// Links whose target does not exist, as DVC and git-annex leave them before the data is fetched. They are listed as
/// images, and reported or skipped where they are read.
/// </summary>
internal static class BrokenLink
{
    /// <summary>Whether a path is one.</summary>
    public static bool Is(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }

        var file = new FileInfo(path);
        if (file.LinkTarget is null)
        {
            return false;
        }

        try
        {
            return file.ResolveLinkTarget(returnFinalTarget: true) is not { } target || !Path.Exists(target.FullName);
        }
        catch (IOException)
        {
            return true; // The links form a circle.
        }
    }
}
