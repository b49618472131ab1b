using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Vision.Weights.Hub;

/// <summary>A model of the hub on this disk.</summary>
/// <param name="Folder">The folder that contains its weights and, where it has them, its configurations.</param>
/// <param name="Commit">The commit that was taken.</param>
/// <param name="Remark">Why it may be old, as a sentence; null if it is what the hub has now.</param>
public sealed record HubSnapshot(string Folder, string Commit, string? Remark)
{
    private const string Incomplete = ".incomplete";

    /// <summary>
    /// Takes a model from the cache, and fetches from the hub what is missing there. A download that was interrupted is
    /// continued, and every file is checked against the hub's checksum before it gets its name.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">Cache, address and token.</param>
    /// <param name="progress">Receives the progress of downloads, or null.</param>
    /// <param name="cancellationToken">Cancels between blocks of a file.</param>
    /// <exception cref="InputException">
    /// The hub refuses or cannot be reached and the cache lacks the model, it has no weights that can be read, or a
    /// file differs from its checksum.
    /// </exception>
    public static HubSnapshot Open(
        HubModel model,
        HubSettings settings,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        var cache = new HubCache(settings, model);
        if (settings.IsOffline || (model.IsCommit && Complete(cache, model, model.Revision)))
        {
            return Cached(cache, model, settings.IsOffline ? "HF_HUB_OFFLINE is set" : null);
        }

        try
        {
            using var client = new HubClient(model, settings);
            var (commit, files) = client.List(cancellationToken);
            new Fetch(client, cache, commit, progress, cancellationToken).All(HubFiles.Choose(model, files));
            cache.Remember(commit);
            return new(cache.Snapshot(commit), commit, null);
        }
        catch (Exception unreachable)
            when (unreachable is HttpRequestException or HttpIOException
                || (unreachable is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return cache.Commit is { } known && Complete(cache, model, known)
                ? Cached(cache, model, $"{settings.Endpoint.Host} cannot be reached")
                : throw new InputException(
                    $"{model} is not in the cache '{settings.Cache}', and {settings.Endpoint.Host} cannot be reached; "
                        + "connect, or set HF_ENDPOINT to a mirror.",
                    unreachable
                );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{model} cannot be stored in '{settings.Cache}' ({failure.Message.TrimEnd('.')}); "
                    + "set HF_HOME to a writable folder with room.",
                failure
            );
        }
    }

    private static HubSnapshot Cached(HubCache cache, HubModel model, string? reason) =>
        cache.Commit is { } commit && Complete(cache, model, commit)
            ? new(
                cache.Snapshot(commit),
                commit,
                reason is null || model.IsCommit
                    ? null
                    : $"{reason}, so {model} is as it was last fetched ({commit[..8]})."
            )
            : throw new InputException($"{model} is not in the cache, and {reason}; fetch it once with a connection.");

    // Whether all files that would be chosen of those in a snapshot are there, shards included.
    private static bool Complete(HubCache cache, HubModel model, string commit)
    {
        var folder = cache.Snapshot(commit);
        if (!Directory.Exists(folder))
        {
            return false;
        }

        try
        {
            var names = Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .Where(File.Exists)
                .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
                .ToImmutableArray();
            var weights = HubFiles.Choose(model, names)[^1];
            return !weights.EndsWith(HubFiles.IndexEnding, StringComparison.Ordinal)
                || Shards(cache.FileOf(commit, weights)).All(names.Contains);
        }
        catch (InputException)
        {
            return false;
        }
    }

    private static ImmutableArray<string> Shards(string index)
    {
        try
        {
            return
            [
                .. JsonNode
                    .Parse(File.ReadAllText(index))!["weight_map"]!
                    .AsObject()
                    .Select(entry => (string)entry.Value!)
                    .Distinct()
                    .Where(HubFiles.IsSafe),
            ];
        }
        catch (Exception wrong)
            when (wrong is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new InputException($"'{index}' does not say in which files the tensors lie.", wrong);
        }
    }

    private sealed class Fetch(
        HubClient client,
        HubCache cache,
        string commit,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        public void All(ImmutableArray<string> names)
        {
            foreach (var name in names)
            {
                One(name);
                if (name.EndsWith(HubFiles.IndexEnding, StringComparison.Ordinal))
                {
                    All(Shards(cache.FileOf(commit, name)));
                }
            }
        }

        private void One(string name)
        {
            if (File.Exists(cache.FileOf(commit, name)))
            {
                return;
            }

            var file = client.Describe(commit, name, cancellationToken);
            var blob = cache.Blob(file.ETag);
            if (!File.Exists(blob))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
                Download(file, blob);
            }

            cache.Link(commit, name, file.ETag);
        }

        private void Download(HubFile file, string blob)
        {
            var part = $"{blob}{Incomplete}";
            using (var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            {
                if (target.Length > file.Length)
                {
                    target.SetLength(0);
                }

                Copy(file, target);
                Check(file, target);
            }

            File.Move(part, blob, overwrite: true);
        }

        private void Copy(HubFile file, FileStream target)
        {
            if (target.Length == file.Length)
            {
                return;
            }

            using var answer = client.Open(commit, file.Name, target.Length, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.PartialContent)
            {
                target.SetLength(0); // The whole file comes, although a part was asked for.
            }

            target.Seek(0, SeekOrigin.End);
            using var body = answer.Content.ReadAsStream(cancellationToken);
            var buffer = new byte[1 << 18];
            while (body.Read(buffer) is > 0 and var count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                target.Write(buffer, 0, count);
                if (target.Length > file.Length)
                {
                    break;
                }

                progress?.Report(
                    new(
                        target.Length / (double)file.Length,
                        $"{file.Name}: {target.Length / 1e6:0} of {file.Length / 1e6:0} MB"
                    )
                );
            }
        }

        private static void Check(HubFile file, FileStream target)
        {
            target.Seek(0, SeekOrigin.Begin);
            if (target.Length < file.Length)
            {
                throw new HttpIOException(HttpRequestError.ResponseEnded, "The file ended too early.");
            }

            var actual = file.ETag.Length == 64 ? SHA256.HashData(target) : GitHash(target);
            if (Convert.ToHexStringLower(actual) != file.ETag)
            {
                target.SetLength(0);
                throw new InputException(
                    $"The downloaded file '{file.Name}' differs from the hub's checksum; try again."
                );
            }
        }

        // Git names a file by the SHA-1 of its length and content. It guards against transmission errors only.
        private static byte[] GitHash(FileStream file)
        {
#pragma warning disable CA5350 // Git's names are SHA-1.
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
            hash.AppendData(Encoding.ASCII.GetBytes($"blob {file.Length}\0"));
            var buffer = new byte[1 << 18];
            while (file.Read(buffer) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
            }

            return hash.GetHashAndReset();
        }
    }
}
