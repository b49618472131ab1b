using System.Collections.Immutable;

namespace TransferLens.Studies.Yaml;

/// <summary>Where something was written: a line of a file, or an option of the command line, which has no lines.</summary>
internal sealed record Place(string Source, long Line)
{
    public override string ToString() => Line > 0 ? $"{Source}, line {Line}" : Source;
}

/// <summary>A YAML value and where it was written. <see cref="Nodes"/> and <see cref="Depth"/> count aliases as what they stand for.</summary>
internal abstract record YamlTree(Place Place)
{
    public abstract int Nodes { get; }

    public abstract int Depth { get; }
}

/// <summary>Text, quoted or plain; whether plain text is a number is decided by who reads it.</summary>
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

/// <summary>A mapping; its keys are text and all different.</summary>
internal sealed record YamlMap(Place Place, ImmutableArray<YamlEntry> Entries) : YamlTree(Place)
{
    public override int Nodes { get; } = 1 + Entries.Sum(entry => 1 + entry.Value.Nodes);

    public override int Depth { get; } = 1 + Entries.Select(entry => entry.Value.Depth).DefaultIfEmpty().Max();

    public YamlEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);
}

/// <summary>A key with its value; the place is the key's.</summary>
internal sealed record YamlEntry(Place Place, string Key, YamlTree Value);
