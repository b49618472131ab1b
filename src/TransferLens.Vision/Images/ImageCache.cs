using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Storage;

namespace TransferLens.Vision.Images;

/// <summary>
/// Images decoded once, fitted to the study's square, and stored as uint8: <c>images.bin</c> (n x 3 x size x size) and
/// <c>index.json</c>. Every later pass, in this process or another, reads the memory-mapped file.
/// </summary>
public static class ImageCache
{
    private const string ImagesFile = "images.bin";
    private const string IndexFile = "index.json";

    /// <summary>Decodes every image into an existing, empty folder.</summary>
    /// <param name="source">The images.</param>
    /// <param name="settings">How images are resized and cut; the normalization is not used.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="skipBadImages">Leave out and count images that cannot be decoded, instead of failing.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels between images.</param>
    /// <exception cref="InputException">
    /// An image is corrupt, and is named; or no image is left, or the size is larger than the resize length.
    /// </exception>
    public static void Build(
        IImageSource source,
        ImageSettings settings,
        string folder,
        bool skipBadImages,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    ) => BuildInTask(source, settings, folder, folder, skipBadImages, PartialResults.None, progress, cancellationToken);

    /// <summary>The same in a task, which goes on from the images that it has decoded.</summary>
    /// <param name="source">The images.</param>
    /// <param name="settings">How images are resized and cut; the normalization is not used.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="work">
    /// A folder on the same file system for the images that are decoded so far; it survives a crash.
    /// </param>
    /// <param name="skipBadImages">Leave out and count images that cannot be decoded, instead of failing.</param>
    /// <param name="parts">Where the task keeps which images these are.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels between images.</param>
    internal static void BuildInTask(
        IImageSource source,
        ImageSettings settings,
        string folder,
        string work,
        bool skipBadImages,
        PartialResults parts,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        if (settings.Size > settings.Resize)
        {
            throw new InputException(
                $"A square of {settings.Size} pixels cannot be cut out of images that are resized to "
                    + $"{settings.Resize}; use a resize length of at least {settings.Size}."
            );
        }

        IReadOnlyList<int> kept;
        var decoding = new ImageDecoding(source, settings, skipBadImages, parts);
        using (var file = File.Open(Path.Combine(work, ImagesFile), FileMode.OpenOrCreate))
        {
            kept = decoding.Write(file, progress, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        if (work != folder)
        {
            File.Move(Path.Combine(work, ImagesFile), Path.Combine(folder, ImagesFile));
        }

        if (kept.Count == 0)
        {
            throw new InputException("None of the images can be decoded; check the data.");
        }

        var index = CacheIndex.Create(
            settings.Size,
            source.Classes,
            source.Labels.At(kept),
            [.. kept.Select(i => source.Names[i])],
            source.Labels.Count - kept.Count
        ) with
        {
            MoreFrames = decoding.MoreFrames,
        };
        File.WriteAllText(Path.Combine(folder, IndexFile), JsonSerializer.Serialize(index));
    }

    /// <summary>Opens what <see cref="Build"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">It is missing or damaged.</exception>
    public static ImageSet Open(string folder) => Open(folder, null);

    /// <summary>The same for a folder that may be temporary.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="note">Why it is temporary; null for a folder that is kept.</param>
    internal static ImageSet Open(string folder, string? note)
    {
        try
        {
            var index = JsonSerializer.Deserialize<CacheIndex>(File.ReadAllText(Path.Combine(folder, IndexFile)))!;
            return new MappedImageSet(Path.Combine(folder, ImagesFile), index) { Note = note };
        }
        catch (Exception failure) when (failure is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new InputException($"The image cache '{folder}' is damaged; remove it and run again.", failure);
        }
    }

    /// <summary>Opens the cache of images in the user's cache folder, and builds it the first time.</summary>
    /// <param name="images">The images; their digest identifies the cache.</param>
    /// <param name="settings">How images are resized and cut; the normalization is not used.</param>
    /// <param name="skipBadImages">Leave out and count images that cannot be decoded, instead of failing.</param>
    /// <param name="progress">Receives the progress of the first time, or null.</param>
    /// <param name="cancellationToken">Cancels between images.</param>
    /// <returns>
    /// The images; where the cache folder cannot be written, they are in a temporary folder until they are disposed.
    /// </returns>
    /// <exception cref="InputException">
    /// The data cannot be used, or neither the cache folder nor a temporary folder can be written.
    /// </exception>
    public static ImageSet OpenOrBuild(
        IImageSource images,
        ImageSettings settings,
        bool skipBadImages = false,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var filter = settings.Interpolation == Interpolation.Bilinear ? "" : $" {settings.Interpolation}";
        var mode = settings.ResizeMode == ResizeMode.Shortest ? "" : $" {settings.ResizeMode}";
        var identity = $"1 {images.Digest} {settings.Size} {settings.Resize} {skipBadImages}{filter}{mode}";
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
        var folder = CacheFolder.Of("images", name);
        if (Directory.Exists(folder))
        {
            return Open(folder);
        }

        try
        {
            BuildAt(folder, draft => Build(images, settings, draft, skipBadImages, progress, cancellationToken));
            return Open(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Only writing fails so: what cannot be read is an input error.
            return TemporaryImages.Build(
                draft => Build(images, settings, draft, skipBadImages, progress, cancellationToken),
                failure
            );
        }
    }

    // A draft with a name of its own, since several processes may build the same cache at once.
    private static void BuildAt(string folder, Action<string> build)
    {
        var draft = Directory.CreateDirectory($"{folder}.{Path.GetRandomFileName()}.part").FullName;
        try
        {
            build(draft);
            Directory.Move(draft, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process was faster; its cache is the same.
        }
        finally
        {
            if (Directory.Exists(draft))
            {
                Directory.Delete(draft, recursive: true);
            }
        }
    }
}
