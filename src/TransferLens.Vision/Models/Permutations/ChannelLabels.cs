namespace TransferLens.Vision.Models.Permutations;

/// <summary>
/// Labels of channels. Positions of weights and values whose labels are joined move together when channels are
/// permuted.
/// </summary>
internal sealed class ChannelLabels
{
    /// <summary>The label of what must stay where it is: colours of images, classes, whatever no rule covers.</summary>
    public const long Fixed = 0;

    /// <summary>The label of values that no permutation changes.</summary>
    public const long None = -1;

    /// <summary>The label of zeros, which fit every channel.</summary>
    public const long Zero = -2;

    private readonly List<long> parents = [Fixed];
    private readonly List<bool> channels = [true];
    private readonly List<BlockTag> tags = [];
    private int families;

    /// <summary>Number of labels, <see cref="Fixed"/> included.</summary>
    public int Count => parents.Count;

    /// <summary>What labels are known to be part of.</summary>
    public IReadOnlyList<BlockTag> Tags => tags;

    /// <summary>New labels with consecutive numbers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="areChannels">Whether they are what a layer computes, each different from the others. Otherwise
    /// they are elements of a weight, which the values that they are added to or multiplied with explain.</param>
    /// <returns>The first.</returns>
    public long Fresh(long count, bool areChannels)
    {
        var first = parents.Count;
        for (var i = 0; i < count; i++)
        {
            parents.Add(first + i);
            channels.Add(areChannels);
        }

        return first;
    }

    /// <summary>New labels of the channels that a layer computes.</summary>
    /// <param name="count">How many.</param>
    public long[] FreshChannels(long count)
    {
        var first = Fresh(count, areChannels: true);
        return [.. Enumerable.Range(0, (int)count).Select(i => first + i)];
    }

    /// <summary>The label that represents all that are joined with one; <see cref="None"/> and <see cref="Zero"/> for
    /// themselves.</summary>
    public long Root(long label)
    {
        if (label < 0)
        {
            return label;
        }

        while (parents[(int)label] != label)
        {
            parents[(int)label] = parents[(int)parents[(int)label]];
            label = parents[(int)label];
        }

        return label;
    }

    /// <summary>Makes two labels move together. Nothing happens if one is <see cref="None"/> or
    /// <see cref="Zero"/>.</summary>
    public void Join(long left, long right)
    {
        if (left < 0 || right < 0)
        {
            return;
        }

        var (first, second) = (Root(left), Root(right));
        var (root, other) = (Math.Min(first, second), Math.Max(first, second));
        parents[(int)other] = root;
        channels[(int)root] |= channels[(int)other];
    }

    /// <summary>Whether a label is a channel that a layer computes.</summary>
    public bool IsChannel(long label) => label >= 0 && channels[(int)Root(label)];

    /// <summary>A number for a new way of dividing channels into blocks.</summary>
    public int NewFamily() => families++;

    /// <summary>Notes that a label is part of a block. A permutation maps blocks of a family to blocks of it.</summary>
    /// <param name="label">The label.</param>
    /// <param name="family">Which way of dividing channels into blocks.</param>
    /// <param name="block">The block: a number, or a label that represents it.</param>
    /// <param name="isLabel">Whether it is a label.</param>
    public void Tag(long label, int family, long block, bool isLabel)
    {
        if (label > Fixed)
        {
            tags.Add(new(label, family, block, isLabel));
        }
    }
}

/// <summary>A label is part of a block: of a group of a convolution, of a head, of what a mean is taken over.</summary>
/// <param name="Label">The label.</param>
/// <param name="Family">The node that divides channels into blocks.</param>
/// <param name="Block">Which of its blocks: a number, or a label that represents it.</param>
/// <param name="IsLabel">Whether it is a label.</param>
internal readonly record struct BlockTag(long Label, int Family, long Block, bool IsLabel);
