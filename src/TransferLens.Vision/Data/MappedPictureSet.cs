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
        var (bytes, wanted) = (3 * Size * Size, indices.ToArray());
        foreach (var picture in wanted)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)picture, (uint)Count, nameof(indices));
        }

        var batch = empty(wanted.Length, 3, Size, Size, dtype: ScalarType.Byte);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var mapped = (nint)start;
            PictureParts.Each(wanted.Length, bytes, (first, pictures) =>
            {
                using var part = batch.narrow(0, first, pictures);
                var target = part.bytes;
                for (var i = 0; i < pictures; i++)
                {
                    new ReadOnlySpan<byte>((byte*)mapped + ((long)wanted[first + i] * bytes), bytes).CopyTo(target[(i * bytes)..]);
                }
            });
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
