using System.Collections.Immutable;
using System.IO.MemoryMappedFiles;
using static TorchSharp.torch;

namespace TransferLens.Data;

/// <summary>The pictures of a <see cref="PictureCache"/>, read through a memory-mapped file.</summary>
internal sealed class MappedPictureSet : PictureSet
{
    private readonly PictureCache.Index index;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;

    public MappedPictureSet(string path, PictureCache.Index index)
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

    public override PictureLabels Labels { get; }

    public override ImmutableArray<string> Names => index.Names;

    public override int Skipped => index.Skipped;

    public override unsafe Tensor Read(ReadOnlySpan<int> indices)
    {
        var bytes = 3 * Size * Size;
        var batch = empty(indices.Length, 3, Size, Size, dtype: ScalarType.Byte);
        var target = batch.bytes;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            for (var i = 0; i < indices.Length; i++)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)indices[i], (uint)Count, nameof(indices));
                new ReadOnlySpan<byte>(start + ((long)indices[i] * bytes), bytes).CopyTo(target[(i * bytes)..]);
            }
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        return batch;
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
