using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Yaml;

/// <summary>A value of a study file with its line and key path, for reading it and for error messages.</summary>
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

    /// <summary>The root of a study file.</summary>
    public static StudyNode Root(YamlTree tree) => new(tree, tree.Place, "");

    /// <summary>A value that is not from a file; messages give its name and no line.</summary>
    /// <param name="tree">The value.</param>
    /// <param name="name">Its name, for example <c>--points</c>.</param>
    public static StudyNode Named(YamlTree tree, string name) => new(tree, null, name);

    /// <summary>The YAML value.</summary>
    public YamlTree Tree => tree;

    /// <summary>Whether it is a scalar: not a list or mapping.</summary>
    public bool IsScalar => tree is YamlScalar;

    /// <summary>Whether it is a map of keys and values.</summary>
    public bool IsMap => tree is YamlMap;

    /// <summary>Creates the error that this value is wrong; its message has file, line and key.</summary>
    public InputException Wrong(string what) => new($"{At}{Name} {what}");

    /// <summary>Creates the error that this value is wrong, with its cause.</summary>
    public InputException Wrong(string what, Exception cause) => new($"{At}{Name} {what}", cause);

    /// <summary>Creates the error that a key's value is wrong, at the mapping's line if the key is missing.</summary>
    public InputException WrongKey(string key, string what) =>
        Find(key)?.Wrong(what) ?? new InputException($"{place}: {Name}.{key} {what}");

    /// <summary>Checks that it is a mapping with only these keys.</summary>
    public StudyNode Keys(params IReadOnlyCollection<string> keys)
    {
        foreach (var entry in Map.Entries.Where(entry => !keys.Contains(entry.Key)))
        {
            var suggestion = Sentence.Instead(entry.Key, keys);
            throw new InputException(
                $"{entry.Place}: unknown key '{Sentence.Short(entry.Key)}' in {Name}; {suggestion}"
            );
        }

        return this;
    }

    /// <summary>Whether the mapping has a key.</summary>
    public bool Has(string key) => Map.Find(key) is not null;

    /// <summary>The value of a key; null if it is missing.</summary>
    public StudyNode? Find(string key) => Map.Find(key) is { } entry ? Filled(entry) : null;

    /// <summary>The value of a required key.</summary>
    public StudyNode Get(string key) =>
        Find(key) ?? throw new InputException($"{At}the key '{key}' is missing in {Name}; add it.");

    /// <summary>All keys and values, in the file's order.</summary>
    /// <param name="empty">Whether a key may have no value.</param>
    public IEnumerable<(string Key, StudyNode Value)> Entries(bool empty = false) =>
        Map.Entries.Select(entry => (entry.Key, empty ? Child(entry) : Filled(entry)));

    /// <summary>The items of a list.</summary>
    public ImmutableArray<StudyNode> Items() =>
        tree is YamlList list ? [.. list.Items.Select(Item)] : throw Wrong($"must be a list, but is {Is}.");

    /// <summary>The items of a list, or one value as a list of one.</summary>
    public ImmutableArray<StudyNode> OneOrMore() =>
        tree is YamlScalar ? [this]
        : Items() is { IsEmpty: false } items ? items
        : throw Wrong("is an empty list; write at least one value.");

    /// <summary>Text; a number is text too.</summary>
    public string Text() =>
        tree is YamlScalar { IsNull: false } scalar ? scalar.Text : throw Wrong($"must be text, but is {Is}.");

    /// <summary>Text on one line; an unquoted number, true or false is an error.</summary>
    public string Word()
    {
        var text = Text();
        var scalar = (YamlScalar)tree;
        var isText = CoreSchema.Flag(scalar) is null && CoreSchema.Number(scalar) is null;
        return isText && text.Length > 0 && !text.AsSpan().ContainsAny('\r', '\n')
            ? text
            : throw Wrong($"must be text on one line, but is {Is}.");
    }

    /// <summary>One of some words.</summary>
    public string OneOf(params IReadOnlyCollection<string> words) =>
        Text() is var text && words.Contains(text)
            ? text
            : throw Wrong($"has the unknown value {Is}; {Sentence.Instead(text, words)}");

    /// <summary>true or false.</summary>
    public bool Flag() =>
        (tree is YamlScalar scalar ? CoreSchema.Flag(scalar) : null)
        ?? throw Wrong($"must be true or false, but is {Is}.");

    /// <summary>An integer from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int Integer(int least, int most = int.MaxValue)
    {
        var value = (tree is YamlScalar scalar ? CoreSchema.Integer(scalar) : null)
            ?? throw Wrong($"must be a whole number, but is {Is}.");
        if (value < least)
        {
            throw Wrong($"must be at least {least}, but is {value}.");
        }

        return value > most ? throw Wrong($"must be at most {most}, but is {value}.") : (int)value;
    }

    /// <summary>A finite number greater than 0.</summary>
    public double Positive() => Number(value => value > 0, "above 0");

    /// <summary>A finite number of 0 or more.</summary>
    public double NotNegative() => Number(value => value >= 0, "0 or more");

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public double Between(double least, double most) =>
        Number(value => value >= least && value <= most, $"from {least} to {most}");

    /// <summary>A number in [0, 1).</summary>
    public double BelowOne() => Number(value => value is >= 0 and < 1, "at least 0 and below 1");

    /// <summary>A finite number in a range; an infinite limit is no limit.</summary>
    public double NumberIn(double least, double most, bool above, bool below) =>
        Number(
            value => (above ? value > least : value >= least) && (below ? value < most : value <= most),
            RangeText(least, most, above, below)
        );

    private static string RangeText(double least, double most, bool above, bool below)
    {
        var low = $"{(above ? "above" : "at least")} {least}";
        var high = $"{(below ? "below" : "at most")} {most}";
        return (double.IsFinite(least), double.IsFinite(most)) switch
        {
            (true, true) => above || below ? $"{low} and {high}" : $"from {least} to {most}",
            (true, false) => low,
            _ => high,
        };
    }

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
        if (!double.IsFinite(value))
        {
            throw Wrong($"must be a finite number, but is {Is}.");
        }

        return allowed(value) ? value : throw Wrong($"must be {rule}, but is {Is}.");
    }

    // Without a file, an item has no line and is named like its list.
    private StudyNode Item(YamlTree item, int i) =>
        place is null ? new(item, null, path) : new(item, item.Place, $"{path}[{i}]");

    // The line of a mapping or list is that of its key, since its own value starts on a later line.
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
