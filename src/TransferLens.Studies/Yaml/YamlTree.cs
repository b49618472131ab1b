using System.Collections.Immutable;

namespace TransferLens.Studies.Yaml;

/// <summary>
/// The place of a value: a line of a file, or a source without lines, such as an option of a command.
/// </summary>
internal sealed record Place(string Source, long Line)
{
    public override string ToString() => Line > 0 ? $"{Source}, line {Line}" : Source;
}

/// <summary>
/// A YAML value and its place. <see cref="Nodes"/> and <see cref="Depth"/> count the values behind aliases.
/// </summary>
internal abstract record YamlTree(Place Place)
{
    public abstract int Nodes { get; }

    public abstract int Depth { get; }
}

/// <summary>A scalar, quoted or plain. Its reader decides whether plain text is a number.</summary>
internal sealed record YamlScalar(Place Place, string Text, bool Quoted) : YamlTree(Place)
{
    public override int Nodes => 1;

    public override int Depth => 0;

    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A list.</summary>
internal sealed record YamlList(Place Place, ImmutableArray<YamlTree> Items) : YamlTree(Place)
{
    public override int Nodes { get; } = 1 + Items.Sum(item => item.Nodes);

    public override int Depth { get; } = 1 + Items.Select(item => item.Depth).DefaultIfEmpty().Max();
}

/// <summary>A mapping. Its keys are scalars, and no two are equal.</summary>
internal sealed record YamlMap(Place Place, ImmutableArray<YamlEntry> Entries) : YamlTree(Place)
{
    public override int Nodes { get; } = 1 + Entries.Sum(entry => 1 + entry.Value.Nodes);

    public override int Depth { get; } = 1 + Entries.Select(entry => entry.Value.Depth).DefaultIfEmpty().Max();

    public YamlEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);
}

/// <summary>A key with its value. The place is that of the key.</summary>
internal sealed record YamlEntry(Place Place, string Key, YamlTree Value);
