using System.Globalization;
using System.Text;

namespace TransferLens.Vision.Pickles;

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
            Entries[KeyOf(items[i])] = items[i + 1];
        }
    }

    private static string KeyOf(object? key) =>
        key switch
        {
            string text => text,
            byte[] bytes => Encoding.Latin1.GetString(bytes),
            _ => Convert.ToString(key, CultureInfo.InvariantCulture) ?? "",
        };
}
