using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>Opens the files of a data set that contain many images or their labels.</summary>
internal static class DataFile
{
    /// <summary>Opens a file for reading. Follows links.</summary>
    /// <inheritdoc cref="Check"/>
    public static FileStream Open(string path)
    {
        Check(path);
        return File.OpenRead(path);
    }

    /// <summary>Reads a list of images or labels, which must be UTF-8 or state another encoding.</summary>
    /// <inheritdoc cref="Check"/>
    public static string ReadText(string path)
    {
        Check(path, InputFile.MostBytes);
        return InputText.Read(path);
    }

    /// <summary>Checks whether a file may be read, and that it is not a placeholder for another.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="most">Largest allowed size, in bytes.</param>
    /// <exception cref="InputException">
    /// It is empty, too large, not a regular file, or a Git LFS pointer or a web page.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void Check(string path, long most = long.MaxValue)
    {
        InputFile.Check(path, most);
        ForeignFile.Refuse(path, ForeignFile.ReadStart(path), ForeignFile.Placeholders);
    }
}
