using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>What computing does to labels.</summary>
/// <param name="labels">The labels of a network.</param>
internal sealed class LabelRules(ChannelLabels labels)
{
    // Elements of weights next to values that stay in place. Only later nodes tell which of them are one channel.
    private readonly List<(LabelArray Elements, long[] Neighbours)> unsettled = [];

    /// <summary>Joins labels with <see cref="ChannelLabels.Fixed"/>.</summary>
    public void Pin(LabelArray value)
    {
        foreach (var id in value.Ids)
        {
            labels.Join(id, ChannelLabels.Fixed);
        }
    }

    /// <summary>
    /// Pins elements of weights that turned out to be channels and lie next to values that stay in place. Called after
    /// the last node.
    /// </summary>
    public void Settle()
    {
        foreach (var (elements, neighbours) in unsettled)
        {
            var now = elements.Renewed(labels);
            if (Enumerable.Range(0, now.Rank).Any(axis => now.Varies(axis) && neighbours[axis] > 1))
            {
                Pin(now);
            }
        }
    }

    /// <summary>
    /// Labels of what is computed element by element from two values: elements that meet move together. Where a value
    /// has one element for several channels of the other, such as a factor for each head, those channels become a
    /// block.
    /// </summary>
    /// <param name="left">Labels of a value.</param>
    /// <param name="right">Labels of the other.</param>
    /// <param name="isProduct">Whether a zero makes a zero; otherwise it leaves the other as it is.</param>
    public LabelArray Combine(LabelArray left, LabelArray right, bool isProduct)
    {
        var rank = Math.Max(left.Rank, right.Rank);
        var (a, b) = (Checked(left, right, rank), Checked(right, left, rank));
        long[] shape = [.. a.Shape.Zip(b.Shape, (x, y) => x == 1 ? y : x)];
        long[] lengths = [.. a.Lengths.Zip(b.Lengths, Math.Max)];
        var (first, second) = (Spread(a, lengths), Spread(b, lengths));
        var side = Relate(first, second);
        var made = new long[first.Length];
        for (var i = 0; i < made.Length; i++)
        {
            made[i] = Met(first[i], second[i], isProduct, side == Side.Right);
        }

        using var ids = tensor(made, ScalarType.Int64).reshape(lengths);
        return LabelArray.Create(shape, ids, labels);
    }

    /// <summary>
    /// Labels of a mean, sum or norm along axes. It is the same for every order of what it covers, which becomes a
    /// block.
    /// </summary>
    /// <param name="value">Labels of what is reduced.</param>
    /// <param name="axes">The axes; they stay, with length 1.</param>
    public LabelArray Reduce(LabelArray value, int[] axes)
    {
        long[] shape = [.. value.Shape.Select((length, axis) => axes.Contains(axis) ? 1 : length)];
        if (!Array.Exists(axes, value.Varies))
        {
            return value.WithShape(shape);
        }

        using var scope = NewDisposeScope();
        int[] rest = [.. Enumerable.Range(0, value.Rank).Except(axes)];
        long[] kept = [.. value.Lengths.Select((length, axis) => axes.Contains(axis) ? 1 : length)];
        var rows = value.ToTensor().permute([.. rest.Concat(axes).Select(axis => (long)axis)]).contiguous();
        var ids = Blocks(rows.data<long>().ToArray(), kept.Aggregate(1L, (a, b) => a * b));
        return LabelArray.Create(shape, tensor(ids, ScalarType.Int64).reshape(kept), labels);
    }

    /// <summary>
    /// The channels that a layer takes along an axis, whatever the other axes: all positions share its weights, so
    /// channels of the same index are joined.
    /// </summary>
    /// <param name="value">Labels of what the layer takes.</param>
    /// <param name="axis">The axis.</param>
    /// <returns>A label for each index of the axis; null when the layer mixes positions of channels instead, as in
    /// MLP-Mixer.</returns>
    public long[]? Receive(LabelArray value, int axis)
    {
        if (!value.Varies(axis) && value.Shape[axis] > 1)
        {
            return value.IsPlain ? [.. Enumerable.Repeat(ChannelLabels.Fixed, (int)value.Shape[axis])] : null;
        }

        var length = (int)value.Lengths[axis];
        long[] received = [.. Enumerable.Repeat(ChannelLabels.None, length)];
        var inner = value.Lengths[(axis + 1)..].Aggregate(1L, (a, b) => a * b);
        for (var i = 0; i < value.Ids.Length; i++)
        {
            var index = (int)(i / inner % length);
            labels.Join(received[index], value.Ids[i]);
            received[index] = received[index] < 0 ? Math.Max(value.Ids[i], ChannelLabels.None) : received[index];
        }

        return [.. received.Select(id => id < 0 ? ChannelLabels.Fixed : labels.Root(id))];
    }

    // What a value that stays in place, or that is the same for all channels, does to the channels that it meets.
    private LabelArray Checked(LabelArray value, LabelArray other, int rank)
    {
        var (own, met) = (value.WithRank(rank), other.WithRank(rank));
        if (!own.IsPlain || Array.TrueForAll(own.Ids, id => id == ChannelLabels.Zero))
        {
            return own;
        }

        if (met.Ids.Any(id => id > 0) && !met.Ids.Any(labels.IsChannel))
        {
            unsettled.Add((met, own.Shape));
            return LabelArray.Uniform(own.Shape, ChannelLabels.None);
        }

        var isBeside = Enumerable.Range(0, rank).Any(axis => met.Varies(axis) && own.Shape[axis] > 1);
        if (isBeside && !Array.Exists(own.Ids, id => id == ChannelLabels.Zero))
        {
            Pin(met);
        }

        return isBeside ? own : LabelArray.Uniform(own.Shape, ChannelLabels.None);
    }

    private long[] Spread(LabelArray value, long[] lengths)
    {
        using var scope = NewDisposeScope();
        long[] ids = value.ToTensor().expand(lengths).contiguous().data<long>().ToArray();
        return Array.ConvertAll(ids, labels.Root);
    }

    // Joins what meets; returns the side whose labels are divided into blocks by the other's.
    private Side Relate(long[] first, long[] second)
    {
        HashSet<(long, long)> pairs = [.. first.Zip(second).Where(pair => pair is { First: > 0, Second: > 0 })];
        var (manyFirst, manySecond) = (HasMany(pairs.Select(p => (p.Item2, p.Item1))), HasMany(pairs));
        var family = manyFirst != manySecond ? labels.NewFamily() : -1;
        foreach (var (a, b) in pairs)
        {
            if (manyFirst && manySecond)
            {
                labels.Join(a, ChannelLabels.Fixed);
                labels.Join(b, ChannelLabels.Fixed);
            }
            else if (family < 0)
            {
                labels.Join(a, b);
            }
            else
            {
                labels.Tag(a, family, manyFirst ? b : a, isLabel: true);
                labels.Tag(b, family, manyFirst ? b : a, isLabel: true);
            }
        }

        foreach (var (a, b) in first.Zip(second))
        {
            // One stays in place next to channels.
            if ((a == ChannelLabels.Fixed && b > 0) || (b == ChannelLabels.Fixed && a > 0))
            {
                labels.Join(a, b);
            }
        }

        return manySecond && !manyFirst ? Side.Right : Side.Left;
    }

    // Whether one label meets several channels.
    private bool HasMany(IEnumerable<(long One, long Other)> pairs)
    {
        var seen = new Dictionary<long, long>();
        foreach (var (one, other) in pairs.Where(pair => labels.IsChannel(pair.Other)))
        {
            if (seen.TryGetValue(one, out var before) && before != other)
            {
                return true;
            }

            seen[one] = other;
        }

        return false;
    }

    private static long Met(long first, long second, bool isProduct, bool preferSecond) =>
        (first, second) switch
        {
            (ChannelLabels.Zero, ChannelLabels.Zero) => ChannelLabels.Zero,
            (ChannelLabels.Zero, _) => isProduct ? ChannelLabels.Zero : second,
            (_, ChannelLabels.Zero) => isProduct ? ChannelLabels.Zero : first,
            (ChannelLabels.None, _) => second,
            (_, ChannelLabels.None) => first,
            _ => preferSecond ? second : first,
        };

    private long[] Blocks(long[] ids, long rows)
    {
        var width = ids.Length / rows;
        var blocks = new Dictionary<string, (long Label, HashSet<long> Members)>(StringComparer.Ordinal);
        var made = new long[rows];
        var family = labels.NewFamily();
        for (var row = 0; row < rows; row++)
        {
            HashSet<long> members = [.. ids.Skip((int)(row * width)).Take((int)width).Select(labels.Root)];
            if (!members.Any(id => id > 0))
            {
                made[row] = members.Contains(ChannelLabels.Fixed) ? ChannelLabels.Fixed : ChannelLabels.None;
                continue;
            }

            var key = string.Join(',', members.Order());
            if (!blocks.TryGetValue(key, out var block))
            {
                blocks[key] = block = (labels.Fresh(1, areChannels: true), members);
            }

            made[row] = block.Label;
        }

        foreach (var (label, members) in blocks.Values)
        {
            labels.Tag(label, family, label, isLabel: true);
            foreach (var member in members)
            {
                labels.Tag(member, family, label, isLabel: true);
            }
        }

        // One block: what is computed from it is the same for every order of its channels.
        return blocks.Count > 1 ? made : Array.ConvertAll(made, id => id > 0 ? ChannelLabels.None : id);
    }

    private enum Side
    {
        Left,
        Right,
    }
}
