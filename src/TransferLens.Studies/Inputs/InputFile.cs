namespace TransferLens.Studies.Inputs;

/// <summary>
/// Opens files of people whom nobody need trust: images, lists of them, weights. A pipe or a device that stands in the
/// place of a file would keep a reader waiting for ever or never end; all of these have no length, and no file that is read
/// here has none.
/// </summary>
public static class InputFile
{
    /// <summary>Most bytes of a file of one image, and of a list of images.</summary>
    public const long MostBytes = 1L << 30;

    /// <summary>Opens a file for reading, links followed.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="most">Most bytes that it may have.</param>
    /// <exception cref="InputException">It is empty or no regular file, or it is larger.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileStream Open(string path, long most = long.MaxValue)
    {
        Check(path, most);
        return File.OpenRead(path);
    }

    /// <summary>Looks whether a file may be opened, links followed; opens nothing.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="most">Most bytes that it may have.</param>
    /// <exception cref="InputException">It is empty or no regular file, or it is larger.</exception>
    /// <exception cref="IOException">It is not there.</exception>
    public static void Check(string path, long most = long.MaxValue)
    {
        var length = Length(path);
        if (length == 0)
        {
            throw new InputException(
                $"The file '{path}' is empty, or a pipe or a device; put the file there again, or remove it."
            );
        }

        if (length > most)
        {
            throw new InputException(
                $"The file '{path}' has {length} bytes, more than the {most} that one such file may have; remove it."
            );
        }
    }

    /// <summary>Length of a file in bytes, links followed; 0 for a pipe or a device.</summary>
    /// <exception cref="IOException">It is not there, or its links lead in a circle.</exception>
    public static long Length(string path) => Target(path).Length;

    /// <summary>The file that a path leads to, links followed.</summary>
    /// <exception cref="IOException">Its links lead in a circle.</exception>
    public static FileInfo Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
    }
}
