using System.Collections.Immutable;
using System.IO.MemoryMappedFiles;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>The images of a <see cref="ImageCache"/>, read through a memory-mapped file.</summary>
internal sealed class MappedImageSet : ImageSet
{
    private readonly ImageCache.Index index;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;

    public MappedImageSet(string path, ImageCache.Index index)
    {
        this.index = index;
        Labels = index.ToLabels();
        var expected = (long)Labels.Count * 3 * index.Size * index.Size;
        if (index.Version is not (1 or 2) || new FileInfo(path).Length != expected)
        {
            throw new IOException($"{path} is not {expected} bytes long");
        }

        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    public override int Size => index.Size;

    public override ImmutableArray<string> Classes => index.Classes;

    public override ImageLabels Labels { get; }

    public override ImmutableArray<string> Names => index.Names;

    public override int Skipped => index.Skipped;

    public override unsafe Tensor Read(ReadOnlySpan<int> indices)
    {
        var bytes = 3 * Size * Size;
        var batch = empty(indices.Length, 3, Size, Size, dtype: ScalarType.Byte);
        if (indices.Length > 0)
        {
            var address = TensorMemory.AddressOf(batch);
            Visit(indices.ToArray(), (place, pixels) =>
                pixels.CopyTo(new Span<byte>((byte*)address + (place * bytes), bytes))
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

        var bytes = 3 * Size * Size;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var mapped = (nint)start;
            ParallelParts.Each(indices.Length, bytes, (first, count) =>
            {
                for (var place = first; place < first + count; place++)
                {
                    visitor(place, new ReadOnlySpan<byte>((byte*)mapped + ((long)indices[place] * bytes), bytes));
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
        }

        base.Dispose(disposing);
    }
}
