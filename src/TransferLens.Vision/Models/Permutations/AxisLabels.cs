using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>Axes of a weight along which elements move together.</summary>
internal sealed class AxisLabels
{
    private readonly long[] order;
    private readonly long[][] keys;
    private readonly Dictionary<long, long[]>[] indices;

    /// <summary>Prepares the axes.</summary>
    /// <param name="shape">Shape of the weight.</param>
    /// <param name="axes">The axes.</param>
    /// <param name="uses">The uses whose labels vary along them.</param>
    /// <param name="labels">Labels of all uses.</param>
    public AxisLabels(long[] shape, int[] axes, int[] uses, ImmutableArray<LabelArray> labels)
    {
        using var scope = NewDisposeScope();
        Uses = uses;
        order = [.. axes.Concat(Enumerable.Range(0, shape.Length).Except(axes)).Select(axis => (long)axis)];
        Lengths = [.. axes.Select(axis => shape[axis])];
        keys = [.. uses.Select(use => Spread(labels[use], axes))];
        indices =
        [
            .. keys.Select(ids =>
                ids.Select((id, index) => (id, index))
                    .GroupBy(entry => entry.id, entry => (long)entry.index)
                    .ToDictionary(group => group.Key, group => group.ToArray())
            ),
        ];
    }

    /// <summary>The uses of the weight whose labels vary along the axes.</summary>
    public int[] Uses { get; }

    /// <summary>Lengths of the axes.</summary>
    public long[] Lengths { get; }

    /// <summary>The channels of a use, and the indices of each along the axes in ascending order.</summary>
    /// <param name="use">The use.</param>
    public IReadOnlyDictionary<long, long[]> IndicesOf(int use) => indices[Array.IndexOf(Uses, use)];

    /// <summary>The weight as rows: the axes first, as one.</summary>
    public Tensor Unfold(Tensor weight) => weight.permute(order).reshape(Lengths.Aggregate(1L, (a, b) => a * b), -1);

    /// <summary>The weight from its rows.</summary>
    public Tensor Fold(Tensor rows, long[] shape)
    {
        long[] moved = [.. order.Select(axis => shape[axis])];
        var back = new long[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            back[order[i]] = i;
        }

        return rows.reshape(moved).permute(back);
    }

    /// <summary>Which row replaces each row.</summary>
    /// <param name="sources">For each label the one whose elements replace its own.</param>
    public long[] Order(long[] sources) => keys is [var only] ? OrderOf(only, sources) : OrderOfAll(sources);

    private long[] OrderOf(long[] ids, long[] sources)
    {
        var made = new long[ids.Length];
        foreach (var (id, own) in indices[0])
        {
            var taken = id <= 0 ? own : indices[0][sources[id]];
            for (var i = 0; i < own.Length; i++)
            {
                made[own[i]] = taken[i];
            }
        }

        return made;
    }

    // Rows that have labels of several uses: of equal rows, the first takes the place of the first.
    private long[] OrderOfAll(long[] sources)
    {
        var rows = new Dictionary<string, Queue<long>>(StringComparer.Ordinal);
        for (var row = 0; row < keys[0].Length; row++)
        {
            var key = string.Join(',', keys.Select(ids => ids[row]));
            if (!rows.TryGetValue(key, out var queue))
            {
                rows[key] = queue = new();
            }

            queue.Enqueue(row);
        }

        return
        [
            .. Enumerable
                .Range(0, keys[0].Length)
                .Select(row => rows[string.Join(',', keys.Select(ids => Source(ids[row], sources)))].Dequeue()),
        ];
    }

    private static long Source(long id, long[] sources) => id <= 0 ? id : sources[id];

    private static long[] Spread(LabelArray labels, int[] axes)
    {
        int[] rest = [.. Enumerable.Range(0, labels.Rank).Except(axes)];
        var moved = labels.ToTensor().permute([.. axes.Concat(rest).Select(axis => (long)axis)]);
        long[] lengths = [.. axes.Select(axis => labels.Shape[axis]), .. rest.Select(_ => 1L)];
        return moved.expand(lengths).reshape(-1).data<long>().ToArray();
    }
}
