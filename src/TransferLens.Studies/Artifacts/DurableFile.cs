namespace TransferLens.Artifacts;

/// <summary>Files that are there whole or not at all, also after the power went.</summary>
public static class DurableFile
{
    /// <summary>Writes a text file: beside its place first, flushed to the disk, then renamed.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="text">What is to be in it.</param>
    public static void Write(string path, string text)
    {
        var draft = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            File.WriteAllText(draft, text);
            Flush(draft);
            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>Has the system write a file's content to the disk.</summary>
    public static void Flush(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
    }
}
