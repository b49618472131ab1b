using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>A <c>--set key.path=value</c>, laid over a study file before it is validated.</summary>
internal static class Override
{
    private const int MostKeys = 32;

    /// <summary>The file with one value set; mappings on the way that are not there yet are made.</summary>
    /// <param name="study">The file.</param>
    /// <param name="text"><c>key.path=value</c>; the value is YAML.</param>
    /// <exception cref="InputException">It has another form, or leads through a value that is no mapping.</exception>
    public static YamlMap Lay(YamlMap study, string text)
    {
        var place = new Place($"--set {Sentence.Short(text)}", 0);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var keys = equals < 0 ? [] : text[..equals].Split('.');
        if (keys.Length is 0 or > MostKeys || keys.Contains(""))
        {
            throw new InputException($"{place}: write key.path=value, for example training.epochs=1.");
        }

        var value = YamlTreeReader.Read(text[(equals + 1)..], place.Source, lines: false)
            ?? new YamlScalar(place, "", Quoted: false);
        return Lay(study, keys, 0, value, place);
    }

    private static YamlMap Lay(YamlMap map, string[] keys, int from, YamlTree value, Place place)
    {
        // A run's name may hold dots, so the longest key that is there wins.
        var to = Enumerable
            .Range(from + 1, keys.Length - from)
            .Reverse()
            .FirstOrDefault(end => map.Find(Key(end)) is not null, from + 1);
        var old = map.Find(Key(to));
        var laid =
            to == keys.Length
                ? value
                : old?.Value switch
                {
                    YamlMap inner => Lay(inner, keys, to, value, place),
                    null or YamlScalar { IsNull: true } => Lay(new YamlMap(place, []), keys, to, value, place),
                    _ => throw new InputException(
                        $"{place}: {Sentence.Short(string.Join('.', keys[..to]))} is a value and not a mapping, so '{Sentence.Short(keys[to])}' cannot be set in it."
                    ),
                };
        var entry = new YamlEntry(to == keys.Length || old is null ? place : old.Place, Key(to), laid);
        return new(map.Place, old is null ? map.Entries.Add(entry) : map.Entries.Replace(old, entry));

        string Key(int end) => string.Join('.', keys[from..end]);
    }
}
