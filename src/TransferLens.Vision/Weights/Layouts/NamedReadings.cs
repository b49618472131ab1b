using System.Collections.Immutable;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>Finds the ways to read the names in a checkpoint.</summary>
/// <param name="tensors">The tensors, with their whole names.</param>
internal sealed class NamedReadings(ImmutableArray<StoredTensor> tensors)
{
    // More than any checkpoint of several models has; it bounds the time for hostile ones.
    private const int MostPrefixes = 32;

    private readonly ImmutableArray<string> raw = [.. tensors.Select(tensor => tensor.Path)];
    private readonly ImmutableArray<string> unwrapped = [.. tensors.Select(tensor => Words.Unwrap(tensor.Path))];
    private readonly Dictionary<string, ImmutableArray<NamedReading>> own = new(StringComparer.Ordinal);
    private ImmutableArray<NamedReading>? foreign;

    /// <summary>Layouts of other people's code, each below every prefix at which it is found.</summary>
    public ImmutableArray<NamedReading> Foreign =>
        foreign ??= [.. KnownLayouts.All.SelectMany(layout => Find(layout, layout.Signature, unwrapped))];

    /// <summary>A network's own names, below every prefix at which its first tensor is found.</summary>
    /// <param name="first">Name of the network's first tensor.</param>
    public ImmutableArray<NamedReading> Own(string first)
    {
        if (!own.TryGetValue(first, out var found))
        {
            var readings = Find(null, first, unwrapped);
            // A network of a user's own may have a part that is called module.
            found = raw.SequenceEqual(unwrapped) ? readings : [.. readings, .. Find(null, first, raw)];
            own.Add(first, found);
        }

        return found;
    }

    private ImmutableArray<NamedReading> Find(Layout? layout, string signature, ImmutableArray<string> paths)
    {
        var readings = new Dictionary<string, NamedReading>(StringComparer.Ordinal);
        for (var i = 0; i < paths.Length && readings.Count < MostPrefixes; i++)
        {
            var path = paths[i];
            if (path == signature || path.EndsWith("." + signature, StringComparison.Ordinal))
            {
                var prefix = path[..^signature.Length];
                readings.TryAdd(prefix, new NamedReading(layout, prefix, tensors[i]));
            }
        }

        foreach (var reading in readings.Values)
        {
            for (var i = 0; i < paths.Length; i++)
            {
                reading.Add(tensors[i], paths[i]);
            }
        }

        return [.. readings.Values];
    }
}
