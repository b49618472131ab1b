namespace TransferLens.Vision.Pickles;

/// <summary>
/// What stands in a checkpoint for an object of an unknown class: its name and what it was given, and nothing that
/// could run.
/// </summary>
/// <param name="name">The class or function, for example <c>pathlib.PosixPath</c>.</param>
internal sealed class Opaque(string name)
{
    private readonly List<object?> held = [];

    /// <summary>The class or function.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it is a method, which <c>getattr</c> took from an object.</summary>
    public bool IsMethod { get; init; }

    /// <summary>Arguments, state and items that the pickle gives to the object.</summary>
    public IReadOnlyList<object?> Held => held;

    /// <summary>Adds an argument, state or item.</summary>
    public Opaque With(object? value)
    {
        held.Add(value);
        return this;
    }
}
