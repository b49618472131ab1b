using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>Images held in one tensor, which the set owns.</summary>
internal sealed class MemoryImageSet(
    Tensor images,
    ImmutableArray<string> classes,
    ImageLabels labels,
    ImmutableArray<string> names
) : ImageSet
{
    public override int Size => (int)images.shape[3];

    public override ImmutableArray<string> Classes => classes;

    public override ImageLabels Labels => labels;

    public override ImmutableArray<string> Names => names;

    public override Tensor Read(ReadOnlySpan<int> indices)
    {
        var wanted = new long[indices.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)indices[i], (uint)Count, nameof(indices));
            wanted[i] = indices[i];
        }

        using var scope = NewDisposeScope();
        return images.index_select(0, tensor(wanted)).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            images.Dispose();
        }

        base.Dispose(disposing);
    }
}
