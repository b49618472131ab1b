namespace TransferLens.Vision.Models.Onnx.Evaluation;

/// <summary>Numbers for the values of a graph, so that computing it looks up no names.</summary>
internal sealed class ValueSlots
{
    /// <summary>The number of a value that is left out.</summary>
    public const int None = -1;

    private readonly Dictionary<string, int> slots = new(StringComparer.Ordinal);
    private readonly List<(string Name, int Slot)> taken = [];

    /// <summary>Number of values.</summary>
    public int Count => slots.Count;

    /// <summary>Values that are taken before anything makes them, in the order of their first use.</summary>
    public IReadOnlyList<(string Name, int Slot)> Taken => taken;

    /// <summary>The number of a value that something takes.</summary>
    public int Take(string name)
    {
        if (name.Length == 0)
        {
            return None;
        }

        if (!slots.TryGetValue(name, out var slot))
        {
            taken.Add((name, slot = slots[name] = slots.Count));
        }

        return slot;
    }

    /// <summary>The number of a value that something makes.</summary>
    public int Make(string name) =>
        name.Length == 0 ? None
        : slots.TryGetValue(name, out var slot) ? slot
        : slots[name] = slots.Count;
}
