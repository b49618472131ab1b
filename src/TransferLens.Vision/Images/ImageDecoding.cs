using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Images;

/// <summary>Decodes the images of a source on several threads and writes their squares, in order, to a file.</summary>
/// <param name="source">The images.</param>
/// <param name="settings">How they are resized and cut.</param>
/// <param name="skipBadImages">Whether images that cannot be decoded are left out.</param>
/// <param name="parts">Where a task keeps which images are in the file.</param>
internal sealed class ImageDecoding(
    IImageSource source,
    ImageSettings settings,
    bool skipBadImages,
    PartialResults parts
)
{
    private const int ChunkSize = 256;

    private int moreFrames;

    /// <summary>Number of images so far whose files have further frames or pages.</summary>
    public int MoreFrames => moreFrames;

    /// <summary>
    /// Writes every image as 3 x size x size bytes, after those that an earlier run of the task has written.
    /// </summary>
    /// <returns>The indices of the images that were written.</returns>
    /// <exception cref="InputException">An image is corrupt and is not to be skipped.</exception>
    public IReadOnlyList<int> Write(
        FileStream file,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        // While one chunk is decoded, the one before it is written.
        var (count, written) = (source.Labels.Count, new List<int>());
        var start = TakeWritten(file, written);
        using var writer = new BackgroundWriter(file);
        for (var first = start; first < count; first += ChunkSize)
        {
            var framesBefore = moreFrames;
            var chunk = new Chunk(this, first, Math.Min(ChunkSize, count - first));
            chunk.Decode(cancellationToken);
            if (!skipBadImages && chunk.FirstFailure is { } failure)
            {
                throw failure;
            }

            var squares = chunk.Squares;
            int[] decoded =
            [
                .. Enumerable.Range(0, squares.Length).Where(i => squares[i] is not null).Select(i => first + i),
            ];
            written.AddRange(decoded);
            var (name, frames) = ($"{first}", moreFrames - framesBefore);
            writer.Write(squares, () =>
                parts.Write<int>(name, new WrittenImages(frames, decoded, WrittenImages.Digest(squares)).ToValues())
            );
            var done = Math.Min(first + ChunkSize, count);
            progress?.Report(new(done / (double)count, $"{done} of {count} images decoded"));
        }

        writer.Wait();
        return written;
    }

    // Finds the chunks at the beginning of the file that an earlier run of the task has written, and goes after them.
    private int TakeWritten(FileStream file, List<int> written)
    {
        var first = 0;
        for (; first < source.Labels.Count; first += ChunkSize)
        {
            var end = file.Position;
            if (WrittenImages.Read(parts, $"{first}") is not { } chunk || !chunk.IsNext(file, settings.Size))
            {
                file.SetLength(end);
                file.Position = end;
                break;
            }

            written.AddRange(chunk.Images);
            moreFrames += chunk.MoreFrames;
        }

        return first;
    }

    private byte[] ReadSquare(int index)
    {
        var image = source.Read(index);
        if (image.HasMoreFrames)
        {
            Interlocked.Increment(ref moreFrames);
        }

        return image.Fit == SquareFit.Radiograph
            ? Radiograph.ToSquare(image, settings.Size)
            : Resize.ToSquare(image, settings);
    }

    private InputException Failure(int index, Exception failure) =>
        failure as InputException
        ?? new(
            $"The image '{source.Names[index]}' cannot be resized to {settings.Size} x {settings.Size} pixels: "
                + $"{failure.Message.TrimEnd('.')}; replace it, or skip bad images.",
            failure
        );

    private sealed class Chunk(ImageDecoding decoding, int first, int count)
    {
        private readonly InputException?[] failures = new InputException?[count];
        private readonly bool[] deferred = new bool[count];

        // Null for images that cannot be decoded.
        public byte[]?[] Squares { get; } = new byte[]?[count];

        public InputException? FirstFailure => Array.Find(failures, failure => failure is not null);

        public void Decode(CancellationToken cancellationToken)
        {
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
                Decode(i, () => LargeImages.Defer(() => decoding.ReadSquare(first + i)))
            );
            for (var i = 0; i < count; i++)
            {
                if (deferred[i])
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Decode(i, () => decoding.ReadSquare(first + i));
                    GC.Collect(); // large images would otherwise pile up, half a gigabyte each
                }
            }
        }

        private void Decode(int i, Func<byte[]> read)
        {
            try
            {
                Squares[i] = read();
            }
            catch (LargeImages.DeferredException)
            {
                deferred[i] = true;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                failures[i] = decoding.Failure(first + i, failure);
            }
        }
    }

    // Writes chunks one after the other while its caller goes on.
    private sealed class BackgroundWriter(FileStream file) : IDisposable
    {
        private Task last = Task.CompletedTask;

        public void Write(byte[]?[] images, Action written)
        {
            Wait();
            last = Task.Run(() =>
            {
                foreach (var image in images.OfType<byte[]>())
                {
                    file.Write(image);
                }

                file.Flush();
                written();
            });
        }

        public void Wait() => last.GetAwaiter().GetResult();

        // Waits until nothing writes to the file. A failure is ignored, since another exception is already thrown.
        public void Dispose() => Task.WhenAny(last).Wait();
    }
}
