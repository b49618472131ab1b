using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Images;

/// <summary>
/// Images decoded once, brought to the study's square, and kept as uint8: <c>images.bin</c> (n x 3 x size x size) and
/// <c>index.json</c>. Every later pass, in this process or another, reads the memory-mapped file.
/// </summary>
public static class ImageCache
{
    // Version 1: one class each, in Labels. Version 2: several, in Shown, one row of 0 and 1 for each image.
    internal sealed record Index(
        int Version,
        int Size,
        ImmutableArray<string> Classes,
        ImmutableArray<int> Labels,
        ImmutableArray<string> Names,
        int Skipped
    )
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ImmutableArray<string>? Shown { get; init; }

        public ImageLabels ToLabels() =>
            Shown is { } rows
                ? ImageLabels.MultiLabel(Classes.Length, [.. rows.SelectMany(row => row.Select(mark => mark == '1'))])
                : ImageLabels.SingleLabel(Labels);

        public static Index Of(
            int size,
            ImmutableArray<string> classes,
            ImageLabels labels,
            ImmutableArray<string> names,
            int skipped
        ) =>
            labels.IsMultiLabel
                ? new(2, size, classes, [], names, skipped)
                {
                    Shown = [.. Enumerable.Range(0, labels.Count).Select(labels.Marks)],
                }
                : new(1, size, classes, labels.Single, names, skipped);
    }

    /// <summary>Decodes every image into a folder that exists and is empty.</summary>
    /// <param name="source">The images.</param>
    /// <param name="settings">What they are brought to; the normalization plays no part.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="skipBadImages">Leave out what cannot be decoded, and count it, instead of stopping.</param>
    /// <param name="progress">Takes the progress, or null.</param>
    /// <param name="cancellationToken">Asks to stop.</param>
    /// <exception cref="InputException">
    /// An image is corrupt; the file is named. Or none is left, or the size is above the resize.
    /// </exception>
    public static void Build(
        IImageSource source,
        ImageSettings settings,
        string folder,
        bool skipBadImages,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        if (settings.Size > settings.Resize)
        {
            throw new InputException(
                $"A square of {settings.Size} pixels cannot be cut out of images whose shorter side is resized to {settings.Resize}; give a resize of {settings.Size} at least."
            );
        }

        // While one is decoded, the one before is written.
        const int chunk = 256;
        var (count, kept) = (source.Labels.Count, new List<int>());
        using (var file = File.Create(Path.Combine(folder, "images.bin")))
        using (var writing = new WrittenInTurn(file))
        {
            for (var first = 0; first < count; first += chunk)
            {
                var squares = new byte[]?[Math.Min(chunk, count - first)];
                var failures = new InputException?[squares.Length];
                var putOff = new bool[squares.Length];
                Parallel.For(0, squares.Length, new ParallelOptions { CancellationToken = cancellationToken }, i =>
                    Decode(i, () => LargeImages.PuttingOff(() => Square(source.Read(first + i), settings)))
                );
                for (var i = 0; i < squares.Length; i++)
                {
                    if (putOff[i])
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        Decode(i, () => Square(source.Read(first + i), settings));
                        GC.Collect(); // Half a gigabyte at a time would wait for its turn.
                    }
                }

                void Decode(int i, Func<byte[]> decode)
                {
                    try
                    {
                        squares[i] = decode();
                    }
                    catch (LargeImages.DeferredException)
                    {
                        putOff[i] = true;
                    }
                    catch (InputException bad)
                    {
                        failures[i] = bad;
                    }
                    catch (Exception failure) when (failure is not OperationCanceledException)
                    {
                        failures[i] = new(
                            $"The image '{source.Names[first + i]}' cannot be brought to {settings.Size} x {settings.Size} pixels: {failure.Message.TrimEnd('.')}; replace it, or run with --skip-bad-images.",
                            failure
                        );
                    }
                }

                if (!skipBadImages && Array.Find(failures, failure => failure is not null) is { } bad)
                {
                    throw bad;
                }

                kept.AddRange(
                    Enumerable.Range(0, squares.Length).Where(i => squares[i] is not null).Select(i => first + i)
                );
                writing.Write(squares);

                progress?.Report(
                    new(
                        Math.Min(1.0, (first + chunk) / (double)count),
                        $"{Math.Min(first + chunk, count)} of {count} images decoded"
                    )
                );
            }

            writing.Wait();
            file.Flush(flushToDisk: true);
        }

        if (kept.Count == 0)
        {
            throw new InputException("Not one of the images can be decoded; check the data.");
        }

        var index = Index.Of(
            settings.Size,
            source.Classes,
            source.Labels.At(kept),
            [.. kept.Select(i => source.Names[i])],
            count - kept.Count
        );
        File.WriteAllText(Path.Combine(folder, "index.json"), JsonSerializer.Serialize(index));
    }

    // Writes what it is given while its caller goes on, one after the other.
    private sealed class WrittenInTurn(FileStream file) : IDisposable
    {
        private Task last = Task.CompletedTask;

        public void Write(byte[]?[] images)
        {
            Wait();
            last = Task.Run(() =>
            {
                foreach (var image in images.OfType<byte[]>())
                {
                    file.Write(image);
                }
            });
        }

        public void Wait() => last.GetAwaiter().GetResult();

        // The file is open until nobody writes to it any more; what happened meanwhile is of no interest, for another
        // exception is on its way.
        public void Dispose() => Task.WhenAny(last).Wait();
    }

    private static byte[] Square(DecodedImage image, ImageSettings settings) =>
        image.Fit == SquareFit.Radiograph
            ? Radiograph.ToSquare(image, settings.Size)
            : Resize.ToSquare(image, settings.Resize, settings.Size);

    /// <summary>Opens what <see cref="Build"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">It is not there or not whole.</exception>
    public static ImageSet Open(string folder)
    {
        try
        {
            var index = JsonSerializer.Deserialize<Index>(File.ReadAllText(Path.Combine(folder, "index.json")))!;
            return new MappedImageSet(Path.Combine(folder, "images.bin"), index);
        }
        catch (Exception failure) when (failure is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new InputException($"The image cache '{folder}' is damaged; remove it and run again.", failure);
        }
    }

    /// <summary>Opens the cache of images in the user's cache folder, making it the first time.</summary>
    /// <param name="images">The images; their digest names the cache.</param>
    /// <param name="settings">What the images are brought to.</param>
    /// <param name="skipBadImages">Leave out what cannot be decoded.</param>
    /// <param name="progress">Takes the progress of the first pass, or null.</param>
    /// <param name="cancellationToken">Asks to stop.</param>
    /// <exception cref="InputException">The data cannot be used.</exception>
    public static ImageSet OpenOrBuild(
        IImageSource images,
        ImageSettings settings,
        bool skipBadImages,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var identity = $"1 {images.Digest} {settings.Size} {settings.Resize} {skipBadImages}";
        var folder = CacheFolder.Of(
            "images",
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))
        );
        if (!Directory.Exists(folder))
        {
            var draft = $"{folder}.{Guid.NewGuid():n}.part";
            Directory.CreateDirectory(draft);
            try
            {
                Build(images, settings, draft, skipBadImages, progress, cancellationToken);
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

        return Open(folder);
    }
}
