using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Formats;

/// <summary>What the file system says about files, by which a stored digest of their contents is found.</summary>
/// <param name="Text">Folder, names, lengths and times.</param>
/// <param name="IsTrusted">
/// Whether equal listings mean equal contents. A few large files are read each time where the system does not say when
/// a file last changed; of many files, length and modification time are believed.
/// </param>
internal readonly record struct FileListing(byte[] Text, bool IsTrusted)
{
    private const int Few = 100;

    /// <summary>Lists files.</summary>
    /// <param name="folder">Their folder.</param>
    /// <param name="files">Paths below it.</param>
    /// <param name="others">What else determines the images.</param>
    /// <exception cref="InputException">A file does not exist.</exception>
    public static FileListing Create(string folder, IReadOnlyCollection<string> files, string others)
    {
        var (listing, trusted) = (new StringBuilder(folder).Append('\n'), files.Count > Few);
        try
        {
            foreach (var name in files)
            {
                var path = Path.Combine(folder, name);
                var change = BrokenLink.Is(path) ? "broken" : FileChange.Describe(path);
                trusted |= change is not null;
                listing.Append(name).Append('\t').Append(change);
                if (change is not "broken")
                {
                    var file = InputFile.Target(path); // a link does not change when its target does
                    listing.Append('\t').Append(file.Length).Append('\t').Append(file.LastWriteTimeUtc.Ticks);
                }

                listing.Append('\n');
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(folder, failure);
        }

        return new(Encoding.UTF8.GetBytes(listing.Append(others).ToString()), trusted);
    }

    /// <summary>The error that files cannot be read.</summary>
    public static InputException Unreadable(string folder, Exception failure) =>
        new($"The images below '{folder}' cannot be read: {Sentence.Cause(failure)}.", failure);
}
