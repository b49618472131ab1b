using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>
/// The label of each element of a value. Along axes on which labels do not vary, one represents all.
/// </summary>
/// <param name="Shape">Shape of the value.</param>
/// <param name="Lengths">Its lengths, with 1 for axes on which labels do not vary.</param>
/// <param name="Ids">The labels, row by row.</param>
internal sealed record LabelArray(long[] Shape, long[] Lengths, long[] Ids)
{
    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Length;

    /// <summary>One label for all elements.</summary>
    public static LabelArray Uniform(long[] shape, long label) => new(shape, [.. shape.Select(_ => 1L)], [label]);

    /// <summary>Labels that vary along one axis.</summary>
    /// <param name="shape">Shape of the value.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="ids">A label for each index along it.</param>
    public static LabelArray Along(long[] shape, int axis, long[] ids) =>
        new(shape, [.. shape.Select((_, i) => i == axis ? (long)ids.Length : 1)], ids);

    /// <summary>Labels given for some or all axes.</summary>
    /// <param name="shape">Shape of the value.</param>
    /// <param name="ids">Labels (int64) whose shape broadcasts to <paramref name="shape"/>.</param>
    /// <param name="labels">What is joined.</param>
    public static LabelArray Create(long[] shape, Tensor ids, ChannelLabels labels)
    {
        using var scope = NewDisposeScope();
        var unexpanded = Shortened(ids);
        long[] roots = unexpanded.contiguous().data<long>().ToArray();
        for (var i = 0; i < roots.Length; i++)
        {
            roots[i] = labels.Root(roots[i]);
        }

        var shortest = Shortened(tensor(roots, ScalarType.Int64).reshape(unexpanded.shape));
        return new(shape, shortest.shape, shortest.contiguous().data<long>().ToArray());
    }

    /// <summary>The same after labels have been joined.</summary>
    public LabelArray Renewed(ChannelLabels labels)
    {
        using var ids = ToTensor();
        return Create(Shape, ids, labels);
    }

    /// <summary>Whether labels vary along an axis.</summary>
    public bool Varies(int axis) => Lengths[axis] > 1;

    /// <summary>Whether no element moves.</summary>
    public bool IsPlain => Array.TrueForAll(Ids, id => id <= ChannelLabels.Fixed);

    /// <summary>The labels, with the shape <see cref="Lengths"/>.</summary>
    public Tensor ToTensor() => tensor(Ids, ScalarType.Int64).reshape(Lengths);

    /// <summary>The same labels for another shape that has equal lengths where labels vary.</summary>
    public LabelArray WithShape(long[] shape) => this with { Shape = shape };

    /// <summary>The same with axes of length 1 in front.</summary>
    /// <param name="rank">Number of axes, at least <see cref="Rank"/>.</param>
    public LabelArray WithRank(int rank)
    {
        long[] ones = [.. Enumerable.Repeat(1L, rank - Rank)];
        return new([.. ones, .. Shape], [.. ones, .. Lengths], Ids);
    }

    /// <summary>
    /// The same with axes of length 1 behind: labels of (channels) for maps (channels, height, width).
    /// </summary>
    /// <param name="axes">How many.</param>
    public LabelArray WithTrailingAxes(int axes)
    {
        long[] ones = [.. Enumerable.Repeat(1L, axes)];
        return new([.. Shape, .. ones], [.. Lengths, .. ones], Ids);
    }

    private static Tensor Shortened(Tensor ids)
    {
        for (var axis = 0; axis < ids.dim(); axis++)
        {
            if (ids.shape[axis] > 1 && ids.eq(ids.narrow(axis, 0, 1)).all().item<bool>())
            {
                ids = ids.narrow(axis, 0, 1);
            }
        }

        return ids;
    }
}
