using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Yaml;

/// <summary>A value of a study file, which knows its place and path, so that whoever reads it can say what is wrong where.</summary>
internal sealed class StudyNode
{
    private readonly YamlTree tree;
    private readonly Place? place;
    private readonly string path;

    private StudyNode(YamlTree tree, Place? place, string path)
    {
        this.tree = tree;
        this.place = place;
        this.path = path;
    }

    /// <summary>The whole file.</summary>
    public static StudyNode Root(YamlTree tree) => new(tree, tree.Place, "");

    /// <summary>A value that does not come from a file: messages name it and no line.</summary>
    /// <param name="tree">The value.</param>
    /// <param name="name">What it is called, for example <c>--points</c>.</param>
    public static StudyNode Named(YamlTree tree, string name) => new(tree, null, name);

    /// <summary>The plain value, for what has no fixed form.</summary>
    public YamlTree Tree => tree;

    /// <summary>Whether it is text and not a list or mapping.</summary>
    public bool IsScalar => tree is YamlScalar;

    /// <summary>The error that this value is wrong: place, path and what is said.</summary>
    public InputException Wrong(string what) => new($"{At}{Name} {what}");

    /// <summary>The error that this value is wrong, keeping what led to it.</summary>
    public InputException Wrong(string what, Exception cause) => new($"{At}{Name} {what}", cause);

    /// <summary>The error that the value of a key is wrong; where the key is left out, at the place of the mapping.</summary>
    public InputException WrongKey(string key, string what) =>
        Find(key)?.Wrong(what) ?? new InputException($"{place}: {Name}.{key} {what}");

    /// <summary>Checks that it is a mapping with only these keys.</summary>
    public StudyNode Keys(params IReadOnlyCollection<string> keys)
    {
        foreach (var entry in Map.Entries.Where(entry => !keys.Contains(entry.Key)))
        {
            throw new InputException(
                $"{entry.Place}: unknown key '{Sentence.Short(entry.Key)}' in {Name}; {Sentence.Instead(entry.Key, keys)}"
            );
        }

        return this;
    }

    /// <summary>Whether the mapping has a key.</summary>
    public bool Has(string key) => Map.Find(key) is not null;

    /// <summary>The value of a key, or null without it.</summary>
    public StudyNode? Find(string key) => Map.Find(key) is { } entry ? Filled(entry) : null;

    /// <summary>The value of a key that must be there.</summary>
    public StudyNode Get(string key) =>
        Find(key) ?? throw new InputException($"{At}the key '{key}' is missing in {Name}; add it.");

    /// <summary>Every key and value, in the file's order.</summary>
    /// <param name="empty">Whether a key may stand there without a value.</param>
    public IEnumerable<(string Key, StudyNode Value)> Entries(bool empty = false) =>
        Map.Entries.Select(entry => (entry.Key, empty ? Child(entry) : Filled(entry)));

    /// <summary>The items of a list.</summary>
    public ImmutableArray<StudyNode> Items() =>
        tree is YamlList list
            ? [.. list.Items.Select((item, i) => new StudyNode(item, place is null ? null : item.Place, place is null ? path : $"{path}[{i}]"))]
            : throw Wrong($"must be a list, but is {Is}.");

    /// <summary>The items of a list, or one value as a list of one.</summary>
    public ImmutableArray<StudyNode> OneOrMore() =>
        tree is YamlScalar ? [this]
        : Items() is { IsEmpty: false } items ? items
        : throw Wrong("is an empty list; write at least one value.");

    /// <summary>Text; numbers are text too.</summary>
    public string Text() =>
        tree is YamlScalar { IsNull: false } scalar ? scalar.Text : throw Wrong($"must be text, but is {Is}.");

    /// <summary>Text on one line; a number, true or false is a mistake, unless it is quoted.</summary>
    public string Word() =>
        Text() is var text
        && tree is YamlScalar scalar
        && CoreSchema.Flag(scalar) is null
        && CoreSchema.Number(scalar) is null
        && text.Length > 0
        && !text.AsSpan().ContainsAny('\r', '\n')
            ? text
            : throw Wrong($"must be text on one line, but is {Is}.");

    /// <summary>One of some words.</summary>
    public string OneOf(params IReadOnlyCollection<string> words) =>
        Text() is var text && words.Contains(text)
            ? text
            : throw Wrong($"has the unknown value {Is}; {Sentence.Instead(text, words)}");

    /// <summary>true or false.</summary>
    public bool Flag() =>
        (tree is YamlScalar scalar ? CoreSchema.Flag(scalar) : null)
        ?? throw Wrong($"must be true or false, but is {Is}.");

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int Integer(int least, int most = int.MaxValue)
    {
        var value = (tree is YamlScalar scalar ? CoreSchema.Integer(scalar) : null)
            ?? throw Wrong($"must be a whole number, but is {Is}.");
        return value < least ? throw Wrong($"must be at least {least}, but is {value}.")
            : value > most ? throw Wrong($"must be at most {most}, but is {value}.")
            : (int)value;
    }

    /// <summary>A finite number above 0.</summary>
    public double Positive() => Number(value => value > 0, "above 0");

    /// <summary>A finite number of 0 or more.</summary>
    public double NotNegative() => Number(value => value >= 0, "0 or more");

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public double Between(double least, double most) =>
        Number(value => value >= least && value <= most, $"from {least} to {most}");

    /// <summary>A number in [0, 1).</summary>
    public double BelowOne() => Number(value => value is >= 0 and < 1, "at least 0 and below 1");

    /// <summary>A finite number in a range; infinite limits are none.</summary>
    public double NumberIn(double least, double most, bool above, bool below) =>
        Number(
            value => (above ? value > least : value >= least) && (below ? value < most : value <= most),
            (double.IsFinite(least), double.IsFinite(most)) switch
            {
                (true, true) when above || below =>
                    $"{(above ? "above" : "at least")} {least} and {(below ? "below" : "at most")} {most}",
                (true, true) => $"from {least} to {most}",
                (true, false) => $"{(above ? "above" : "at least")} {least}",
                _ => $"{(below ? "below" : "at most")} {most}",
            }
        );

    private YamlMap Map => tree as YamlMap ?? throw Wrong($"must be a mapping of keys to values, but is {Is}.");

    private string At => place is null ? "" : $"{place}: ";

    private string Name => path.Length == 0 ? "the study" : Sentence.Short(path, 100);

    private string Is =>
        tree switch
        {
            YamlMap => "a mapping",
            YamlList => "a list",
            YamlScalar { IsNull: true } => "empty",
            YamlScalar { Quoted: true } scalar => $"the quoted text '{Sentence.Short(scalar.Text)}'",
            _ => $"'{Sentence.Short(((YamlScalar)tree).Text)}'",
        };

    private double Number(Func<double, bool> allowed, string rule)
    {
        var value = (tree is YamlScalar scalar ? CoreSchema.Number(scalar) : null)
            ?? throw Wrong($"must be a number, but is {Is}.");
        return !double.IsFinite(value) ? throw Wrong($"must be a finite number, but is {Is}.")
            : allowed(value) ? value
            : throw Wrong($"must be {rule}, but is {Is}.");
    }

    // A mapping begins at its first key; what is missing in it is told at the line of its own key. An alias's line is its user's.
    private StudyNode Child(YamlEntry entry) =>
        new(
            entry.Value,
            entry.Value is YamlScalar ? entry.Value.Place : entry.Place,
            path.Length == 0 ? entry.Key : $"{path}.{entry.Key}"
        );

    private StudyNode Filled(YamlEntry entry) =>
        entry.Value is YamlScalar { IsNull: true }
            ? throw new InputException(
                $"{entry.Place}: {Child(entry).Name} is empty; give it a value or remove the key."
            )
            : Child(entry);
}
