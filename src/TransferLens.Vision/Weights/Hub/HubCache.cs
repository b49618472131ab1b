using TransferLens.Studies.Storage;

namespace TransferLens.Vision.Weights.Hub;

/// <summary>
/// A model's folder in the cache, as the hub's Python client lays it out: <c>blobs/</c> holds files by content,
/// <c>snapshots/COMMIT/</c> links to them by name, <c>refs/REVISION</c> holds the commit of a branch or tag.
/// </summary>
internal sealed class HubCache(HubSettings settings, HubModel model)
{
    private readonly string root = Path.Combine(settings.Cache, $"models--{model.Owner}--{model.Name}");

    /// <summary>The commit of the revision, as it was last seen; null when it was never fetched.</summary>
    public string? Commit
    {
        get
        {
            if (model.IsCommit)
            {
                return Directory.Exists(Snapshot(model.Revision)) ? model.Revision : null;
            }

            return File.Exists(Reference) && File.ReadAllText(Reference).Trim() is { Length: 40 } commit
                && commit.All(char.IsAsciiHexDigitLower)
                && Directory.Exists(Snapshot(commit))
                ? commit
                : null;
        }
    }

    private string Reference => Path.Combine([root, "refs", .. model.Revision.Split('/')]);

    /// <summary>The folder of a commit's files.</summary>
    public string Snapshot(string commit) => Path.Combine(root, "snapshots", commit);

    /// <summary>Where a file with this content lies, or is to lie.</summary>
    public string Blob(string etag) => Path.Combine(root, "blobs", etag);

    /// <summary>A file of a commit.</summary>
    public string FileOf(string commit, string name) => Path.Combine([Snapshot(commit), .. name.Split('/')]);

    /// <summary>Links a file of a commit to its content; copies it where the disk knows no links.</summary>
    public void Link(string commit, string name, string etag)
    {
        var path = FileOf(commit, name);
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName;
        File.Delete(path);
        try
        {
            File.CreateSymbolicLink(path, Path.GetRelativePath(folder, Blob(etag)));
        }
        catch (Exception noLinks) when (noLinks is IOException or UnauthorizedAccessException)
        {
            File.Copy(Blob(etag), path, overwrite: true);
        }
    }

    /// <summary>Remembers the commit of the revision.</summary>
    public void Remember(string commit)
    {
        if (!model.IsCommit)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Reference)!);
            DurableFile.Write(Reference, commit);
        }
    }
}
