using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>Collects the labels of a network's weights.</summary>
/// <param name="labels">The labels.</param>
/// <param name="shapes">Shapes of the weights, by stored name.</param>
internal sealed class LabelledWeights(ChannelLabels labels, IReadOnlyDictionary<string, long[]> shapes)
{
    // Embeddings, scales and biases have fewer. The labels of a larger tensor would take too much memory.
    private const long MostElements = 1L << 24;

    private readonly Dictionary<(string Name, WeightUse Use), LabelArray> found = [];

    /// <summary>Labels of the weights, by stored name and use, after all joins. Those that do not move are left
    /// out.</summary>
    public IEnumerable<(string Name, WeightUse Use, LabelArray Labels)> Final() =>
        found
            .Select(entry => (entry.Key.Name, entry.Key.Use, Labels: entry.Value.Renewed(labels)))
            .Where(entry => !entry.Labels.IsPlain && entry.Labels.Ids.Length > 1)
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .ThenBy(entry => entry.Use);

    /// <summary>Notes the labels of a weight. A weight that is used again has the same labels.</summary>
    /// <param name="view">The weight as it is used.</param>
    /// <param name="use">What it is used for.</param>
    /// <param name="given">Labels of the view.</param>
    public void Add(WeightView view, WeightUse use, LabelArray given)
    {
        using var scope = NewDisposeScope();
        var own = view.Indices is null ? given : Unviewed(view, given);
        var key = (view.Name, use);
        found[key] = found.TryGetValue(key, out var before) ? Merged(before, own) : own;
    }

    /// <summary>
    /// Labels of a weight whose elements are added to or multiplied with values: each element has its own until it
    /// meets them.
    /// </summary>
    /// <param name="view">The weight as it is used.</param>
    public LabelArray Elements(WeightView view)
    {
        var shape = shapes[view.Name];
        var count = shape.Aggregate(1L, (a, b) => a * b);
        if (count > MostElements)
        {
            return LabelArray.Uniform(view.Shape, ChannelLabels.Fixed);
        }

        var key = (view.Name, WeightUse.Element);
        if (!found.TryGetValue(key, out var own))
        {
            var first = labels.Fresh(count, areChannels: false);
            using var ids = arange(first, first + count, ScalarType.Int64).reshape(shape);
            found[key] = own = LabelArray.Create(shape, ids, labels);
        }

        using var scope = NewDisposeScope();
        var whole = own.ToTensor().expand(shape);
        return LabelArray.Create(
            view.Shape,
            view.Indices is null ? whole : whole.reshape(-1)[view.Indices.reshape(-1)].reshape(view.Shape),
            labels
        );
    }

    private LabelArray Unviewed(WeightView view, LabelArray given)
    {
        var shape = shapes[view.Name];
        var whole = new long[shape.Aggregate(1L, (a, b) => a * b)];
        Array.Fill(whole, ChannelLabels.None);
        long[] indices = view.ToIndices().reshape(-1).data<long>().ToArray();
        long[] ids = given.ToTensor().expand(view.Shape).reshape(-1).data<long>().ToArray();
        for (var i = 0; i < indices.Length; i++)
        {
            labels.Join(whole[indices[i]], ids[i]);
            whole[indices[i]] = ids[i];
        }

        return LabelArray.Create(shape, tensor(whole, ScalarType.Int64).reshape(shape), labels);
    }

    private LabelArray Merged(LabelArray before, LabelArray own)
    {
        long[] lengths = [.. before.Lengths.Zip(own.Lengths, Math.Max)];
        long[] first = before.ToTensor().expand(lengths).reshape(-1).data<long>().ToArray();
        long[] second = own.ToTensor().expand(lengths).reshape(-1).data<long>().ToArray();
        for (var i = 0; i < first.Length; i++)
        {
            labels.Join(first[i], second[i]);
            first[i] = first[i] < 0 ? second[i] : first[i];
        }

        return LabelArray.Create(before.Shape, tensor(first, ScalarType.Int64).reshape(lengths), labels);
    }
}
