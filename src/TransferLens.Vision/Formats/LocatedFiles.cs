using System.Collections.Immutable;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>The files of a data set whose location is one of them or their folder.</summary>
/// <param name="Folder">Their folder.</param>
/// <param name="Names">Their names in it.</param>
internal sealed record LocatedFiles(string Folder, ImmutableArray<string> Names)
{
    /// <summary>The files.</summary>
    public IEnumerable<string> Paths => Names.Select(PathOf);

    /// <summary>The file of a source, or those in its folder.</summary>
    /// <param name="source">The source.</param>
    /// <param name="find">Names the files in the folder.</param>
    public static LocatedFiles Find(DataSource source, Func<ImmutableArray<string>> find) =>
        File.Exists(source.Location)
            ? new(Path.GetDirectoryName(source.Location)!, [Path.GetFileName(source.Location)])
            : new(source.Location, find());

    /// <summary>A file in the folder.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>The digest of their contents and of what else determines the images.</summary>
    public string Digest(params ReadOnlySpan<string> others) => FileDigest.Compute(Folder, Names, [.. others]).Digest;
}
