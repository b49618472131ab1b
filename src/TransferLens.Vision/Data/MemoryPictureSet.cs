using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Data;

/// <summary>Pictures held in one tensor, which the set owns.</summary>
internal sealed class MemoryPictureSet(Tensor pictures, ImmutableArray<string> classes, PictureLabels labels, ImmutableArray<string> names) : PictureSet
{
    public override int Size => (int)pictures.shape[3];

    public override ImmutableArray<string> Classes => classes;

    public override PictureLabels Labels => labels;

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
        return pictures.index_select(0, tensor(wanted)).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            pictures.Dispose();
        }

        base.Dispose(disposing);
    }
}
