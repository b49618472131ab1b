namespace TransferLens.Studies.Inputs;

/// <summary>
/// Opens files from untrusted sources: images, lists of images, weights. A pipe or a device in place of a file could
/// block its reader forever or never end. Both have length 0, and so has no valid input file.
/// </summary>
public static class InputFile
{
    /// <summary>Largest size of an image file and of a list of images, in bytes.</summary>
    public const long MostBytes = 1L << 30;

    /// <summary>Opens a file for reading. Follows links.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="most">Largest allowed size, in bytes.</param>
    /// <exception cref="InputException">The file is empty, too large, or not a regular file.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FileStream Open(string path, long most = long.MaxValue)
    {
        Check(path, most);
        return File.OpenRead(path);
    }

    /// <summary>Checks whether a file may be opened, without opening it. Follows links.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="most">Largest allowed size, in bytes.</param>
    /// <exception cref="InputException">The file is empty, too large, or not a regular file.</exception>
    /// <exception cref="IOException">The file does not exist.</exception>
    public static void Check(string path, long most = long.MaxValue)
    {
        var length = Length(path);
        if (length == 0)
        {
            throw new InputException(
                $"The file '{path}' {FileNature.Describe(path)}. Replace it with a valid file, or remove it."
            );
        }

        if (length > most)
        {
            throw new InputException(
                $"The file '{path}' has {length} bytes; at most {most} are allowed for such a file. Remove it."
            );
        }
    }

    /// <summary>Size of a file in bytes; 0 for a pipe or a device. Follows links.</summary>
    /// <exception cref="IOException">The file does not exist, or its links form a circle.</exception>
    public static long Length(string path) => Target(path).Length;

    /// <summary>The file to which a path leads. Follows links.</summary>
    /// <exception cref="IOException">The links form a circle.</exception>
    public static FileInfo Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
    }
}
