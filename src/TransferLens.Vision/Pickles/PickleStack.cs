namespace TransferLens.Vision.Pickles;

/// <summary>The stack of a pickle, and the memo of values that it uses again.</summary>
/// <param name="objects">Makes the error for a value that may not be used as data.</param>
internal sealed class PickleStack(IPickleObjects objects)
{
    private static readonly object Mark = new();

    private readonly List<object?> values = [];
    private readonly Dictionary<long, object?> memo = [];

    /// <summary>The value on top.</summary>
    public object? Top => values[^1];

    /// <summary>Puts a value on top.</summary>
    public void Push(object? value) => values.Add(value);

    /// <summary>Puts a mark on top.</summary>
    public void PushMark() => values.Add(Mark);

    /// <summary>Takes the top value, which may be what is called next.</summary>
    public object? PopCallee()
    {
        var value = values[^1];
        values.RemoveAt(values.Count - 1);
        return ReferenceEquals(value, Mark) ? throw new InvalidOperationException() : value;
    }

    /// <summary>Takes the top value, as data.</summary>
    public object? Pop() => Data([PopCallee()])[0];

    /// <summary>Takes several values, in their order.</summary>
    public object?[] Pop(int count)
    {
        object?[] taken = [.. values[^count..]];
        values.RemoveRange(values.Count - count, count);
        return Array.Exists(taken, value => ReferenceEquals(value, Mark))
            ? throw new InvalidOperationException()
            : Data(taken);
    }

    /// <summary>Takes what is above the last mark, and the mark.</summary>
    public object?[] PopToMark()
    {
        var mark = values.FindLastIndex(value => ReferenceEquals(value, Mark));
        object?[] taken = [.. values[(mark + 1)..]];
        values.RemoveRange(mark, values.Count - mark);
        return Data(taken);
    }

    /// <summary>Remembers the top value under the next number.</summary>
    public void Remember() => memo[memo.Count] = Top;

    /// <summary>Remembers the top value.</summary>
    public void Remember(long key) => memo[key] = Top;

    /// <summary>Puts a remembered value on top.</summary>
    public void Recall(long key) => Push(memo[key]);

    // getattr may be called, and not be handed to what could call it.
    private object?[] Data(object?[] taken) =>
        Array.Find(taken, value => value is PickleGlobal { IsAttributeCall: true }) is PickleGlobal call
            ? throw objects.Refusal(call)
            : taken;
}
