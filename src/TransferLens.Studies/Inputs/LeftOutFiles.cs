namespace TransferLens.Studies.Inputs;

/// <summary>Files next to the images of a data set that are not read.</summary>
/// <param name="Reason">What they are, for example <c>files ending in .tif</c>.</param>
/// <param name="Count">How many there are.</param>
public sealed record LeftOutFiles(string Reason, int Count)
{
    /// <summary>Several in one line, for example <c>files ending in .tif (3), hidden files (1)</c>.</summary>
    public static string List(IEnumerable<LeftOutFiles> files) =>
        string.Join(", ", files.Select(file => $"{file.Reason} ({file.Count:N0})"));
}
