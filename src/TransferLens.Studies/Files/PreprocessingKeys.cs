using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Files;

/// <summary>The keys of a preprocessing file; errors name key and file. A key that is null counts as missing.</summary>
/// <param name="json">The keys.</param>
/// <param name="path">The file.</param>
internal sealed class PreprocessingKeys(JsonObject json, string path)
{
    // More pixels a side than any network takes.
    private const int LargestSide = 16_384;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>The keys that are not null.</summary>
    public IEnumerable<KeyValuePair<string, JsonNode>> Given => json.Where(key => key.Value is not null)!;

    /// <summary>The value of a key; null if it is missing.</summary>
    public JsonNode? this[string key] => json[key];

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool otherwise) =>
        Find<bool>(json[key]) ?? (json[key] is null ? otherwise : throw Wrong($"has {Pair(key)}, not true or false"));

    /// <summary>A number.</summary>
    public double? Number(string key) =>
        Find<double>(json[key]) ?? (json[key] is null ? null : throw Wrong($"has {Pair(key)}, which is no number"));

    /// <summary>A whole number.</summary>
    public int? Integer(string key) =>
        Find<int>(json[key]) ?? (json[key] is null ? null : throw Wrong($"has {Pair(key)}, which is no whole number"));

    /// <summary>A word.</summary>
    public string? Word(string key) =>
        json[key] is null ? null
        : json[key] is JsonValue value && value.TryGetValue<string>(out var word) ? Sentence.Short(word)
        : throw Wrong($"has {Pair(key)}, which is no word");

    /// <summary>A number of pixels.</summary>
    /// <param name="value">The number.</param>
    /// <param name="key">The key that holds it, or an object that holds it.</param>
    public int Side(JsonNode? value, string key)
    {
        var side = Find<int>(value) ?? throw Wrong($"has {Pair(key)}, not with sides in whole pixels");
        return side is > 0 and <= LargestSide ? side : throw Wrong($"has in {key} a side of {side} pixels");
    }

    /// <summary>A part in (0, 1].</summary>
    public double Fraction(string key, double otherwise)
    {
        var fraction = Number(key) ?? otherwise;
        return fraction is > 0 and <= 1 ? fraction : throw Wrong($"has {key} {fraction}, outside (0, 1]");
    }

    /// <summary>Means and standard deviations of red, green and blue; one number applies to all three.</summary>
    public Normalization Normalize(string mean, string deviation)
    {
        var (means, deviations) = (Three(mean), Three(deviation));
        return means.Concat(deviations).All(double.IsFinite) && deviations.All(value => value > 0)
            ? new(means, deviations)
            : throw Wrong($"has in {deviation} a value that is not above 0, or one that is not finite");
    }

    /// <summary>The filter of a name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="key">The key that states it, with its value.</param>
    public Interpolation Filter(string name, string key) =>
        EnumWords<Interpolation>.All.Contains(name)
            ? EnumWords<Interpolation>.Parse(name)
            : throw Wrong(
                $"has {key}, but only {string.Join(" and ", EnumWords<Interpolation>.All)} can be done here"
            );

    /// <summary>A key with its value, as in the file.</summary>
    public string Pair(string key) => $"{key} {Sentence.Short(json[key]?.ToJsonString() ?? "null")}";

    /// <summary>An error in the file.</summary>
    /// <param name="what">What the file has, to follow its name.</param>
    public InputException Wrong(string what) => Wrong(path, what);

    /// <summary>An error in a file.</summary>
    public static InputException Wrong(string path, string what, Exception? cause = null) =>
        new($"The file '{path}' {what}; write the preprocessing yourself.", cause!);

    private ImmutableArray<double> Three(string key)
    {
        ImmutableArray<double?> values = json[key] switch
        {
            JsonArray list => [.. list.Select(Find<double>)],
            { } one => [.. Enumerable.Repeat(Find<double>(one), 3)],
            null => throw Wrong($"has no {key}"),
        };
        return values.Length == 3 && !values.Contains(null)
            ? [.. values.Select(value => value!.Value)]
            : throw Wrong($"has {Pair(key)}, not three numbers");
    }

    private static T? Find<T>(JsonNode? node)
        where T : struct => node is JsonValue value && value.TryGetValue<T>(out var found) ? found : null;
}
