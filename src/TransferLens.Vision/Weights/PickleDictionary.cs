using System.Globalization;

namespace TransferLens.Vision.Weights;

/// <summary>A Python dictionary in its order; keys that are not strings become strings.</summary>
internal sealed class PickleDictionary
{
    /// <summary>Entries in order of insertion; a later equal key replaces the value.</summary>
    public OrderedDictionary<string, object?> Entries
    {
        get => field ??= new(StringComparer.Ordinal);
        private set;
    }

    /// <summary>
    /// Whether it stands for a module of TorchScript, whose attributes it contains: its names go before theirs.
    /// </summary>
    public bool IsModule { get; init; }

    /// <summary>Takes the entries of another dictionary, as the attributes of an object.</summary>
    public void Adopt(PickleDictionary state) => Entries = state.Entries;

    /// <summary>Adds alternating keys and values.</summary>
    public void Add(object?[] items)
    {
        for (var i = 0; i < items.Length; i += 2)
        {
            Entries[items[i] as string ?? Convert.ToString(items[i], CultureInfo.InvariantCulture) ?? ""] = items[
                i + 1
            ];
        }
    }
}
