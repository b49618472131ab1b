using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>An override <c>key.path=value</c> of a value in a study file, applied before validation.</summary>
internal static class Override
{
    private const int MostKeys = 32;

    /// <summary>Applies an override; missing mappings on its path are created.</summary>
    /// <param name="study">The file.</param>
    /// <param name="text"><c>key.path=value</c>; the value is YAML.</param>
    /// <exception cref="InputException">It is of another form, or a value on its path is not a mapping.</exception>
    public static YamlMap Apply(YamlMap study, string text)
    {
        var place = new Place($"override {Sentence.Short(text)}", 0);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var keys = equals < 0 ? [] : text[..equals].Split('.');
        if (keys.Length is 0 or > MostKeys || keys.Contains(""))
        {
            throw new InputException($"{place}: write key.path=value, for example training.epochs=1.");
        }

        var value = YamlTreeReader.Read(text[(equals + 1)..], place.Source, lines: false)
            ?? new YamlScalar(place, "", Quoted: false);
        return Apply(study, keys, 0, value, place);
    }

    private static YamlMap Apply(YamlMap map, string[] keys, int from, YamlTree value, Place place)
    {
        // A run's name may contain dots, so the longest existing key wins.
        var to = Enumerable
            .Range(from + 1, keys.Length - from)
            .Reverse()
            .FirstOrDefault(end => map.Find(Key(end)) is not null, from + 1);
        var old = map.Find(Key(to));
        var isLast = to == keys.Length;
        var changed = isLast ? value : Apply(Mapping(old?.Value, keys, to, place), keys, to, value, place);
        var entry = new YamlEntry(isLast || old is null ? place : old.Place, Key(to), changed);
        return new(map.Place, old is null ? map.Entries.Add(entry) : map.Entries.Replace(old, entry));

        string Key(int end) => string.Join('.', keys[from..end]);
    }

    private static YamlMap Mapping(YamlTree? value, string[] keys, int to, Place place)
    {
        if (value is null or YamlScalar { IsNull: true })
        {
            return new YamlMap(place, []);
        }

        var path = Sentence.Short(string.Join('.', keys[..to]));
        return value as YamlMap
            ?? throw new InputException(
                $"{place}: {path} is a value and not a mapping, so '{Sentence.Short(keys[to])}' cannot be set in it."
            );
    }
}
