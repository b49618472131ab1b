using System.Collections.Immutable;
using System.IO.MemoryMappedFiles;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>The images of an <see cref="ImageCache"/>, read through a memory-mapped file.</summary>
internal sealed class MappedImageSet : ImageSet
{
    private readonly CacheIndex index;
    private readonly string folder;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;

    public MappedImageSet(string path, CacheIndex index)
    {
        this.index = index;
        folder = Path.GetDirectoryName(path)!;
        Labels = index.ToLabels();
        var expected = (long)Labels.Count * ImageBytes;
        if (index.Version is not (1 or 2) || new FileInfo(path).Length != expected)
        {
            throw new IOException($"{path} is not {expected} bytes long");
        }

        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    public override int Channels => 3;

    public override int Height => index.Size;

    public override int Width => index.Size;

    public override ImmutableArray<string> Classes => index.Classes;

    public override ImageLabels Labels { get; }

    public override ImmutableArray<string> Names => index.Names;

    public override int Skipped => index.Skipped;

    internal override int MoreFrames => index.MoreFrames;

    /// <inheritdoc/>
    internal override string? Note { get; init; }

    public override unsafe Tensor Read(ReadOnlySpan<int> indices)
    {
        var bytes = ImageBytes;
        var batch = empty(indices.Length, Channels, Height, Width, dtype: ScalarType.Byte);
        if (indices.Length > 0)
        {
            var address = TensorMemory.AddressOf(batch);
            Visit(indices.ToArray(), (position, values) =>
                values.CopyTo(new Span<byte>((byte*)address + (position * bytes), bytes))
            );
        }

        return batch;
    }

    internal override unsafe void Visit(int[] indices, Visitor visitor)
    {
        foreach (var image in indices)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)image, (uint)Count, nameof(indices));
        }

        var bytes = ImageBytes;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var mapped = (nint)start;
            ParallelParts.Each(indices.Length, bytes, (first, count) =>
            {
                for (var position = first; position < first + count; position++)
                {
                    var image = (byte*)mapped + ((long)indices[position] * bytes);
                    visitor(position, new ReadOnlySpan<byte>(image, bytes));
                }
            });
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            view.Dispose();
            file.Dispose();
            RemoveTemporary();
        }

        base.Dispose(disposing);
    }

    private void RemoveTemporary()
    {
        if (Note is null || !Directory.Exists(folder))
        {
            return;
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The system clears its temporary folder.
        }
    }
}
