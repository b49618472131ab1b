namespace TransferLens.Vision.Pickles;

/// <summary>A name that a pickle imports: a class or a function.</summary>
/// <param name="Module">Its module.</param>
/// <param name="Name">Its name there, with dots for what is in a class.</param>
internal sealed record PickleGlobal(string Module, string Name)
{
    /// <summary>
    /// Whether it is <c>getattr</c>, with which Python 3.11 pickles the members of enumerations, and older versions the
    /// classes in a class.
    /// </summary>
    public bool IsAttributeCall => (Module, Name) is ("builtins" or "__builtin__", "getattr");

    /// <summary>
    /// The name in a text such as that of <see cref="ToString"/>: all before the last dot is its module.
    /// </summary>
    public static PickleGlobal Parse(string text) =>
        text.LastIndexOf('.') is var dot and > 0 ? new(text[..dot], text[(dot + 1)..]) : new(text, "");

    /// <summary>What <c>getattr</c> gives for this class or module.</summary>
    public PickleGlobal Attribute(string name) => this with { Name = $"{Name}.{name}" };

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Create(Name.Length == 0 ? Module : $"{Module}.{Name}");
}
