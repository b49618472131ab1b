using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Declarations;

/// <summary>One setting: a property of a settings record that has a <see cref="SettingAttribute"/>.</summary>
/// <remarks>
/// Its type is <c>int</c>, <c>double</c>, <c>bool</c>, <c>string</c> or an enumeration (written in snake_case), or
/// nullable, or an <see cref="ImmutableArray{T}"/> of one of these. A list may be written as a single value; its values
/// are distinct. Or its type is another record of settings, which is null by default.
/// </remarks>
public sealed class Setting
{
    private readonly PropertyInfo property;
    private readonly SettingAttribute declared;

    internal Setting(PropertyInfo property, SettingAttribute declared, object? value)
    {
        (this.property, this.declared, Default) = (property, declared, value);
        Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        IsList =
            property.PropertyType.IsGenericType
            && property.PropertyType.GetGenericTypeDefinition() == typeof(ImmutableArray<>);
        var item = IsList ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType;
        Type = Nullable.GetUnderlyingType(item) ?? item;
        Words = Type.IsEnum
            ? [.. Enum.GetNames(Type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)]
            : [.. declared.Words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        Parts = Type.IsClass && Type != typeof(string) ? In(Type) : [];
    }

    /// <summary>The settings that a record declares, in the order of its properties.</summary>
    /// <param name="record">A record type whose new values have the defaults.</param>
    internal static ImmutableArray<Setting> In(Type record)
    {
        var defaults = Activator.CreateInstance(record);
        return
        [
            .. from property in record.GetProperties()
            let declared = property.GetCustomAttribute<SettingAttribute>()
            where declared is not null
            select new Setting(property, declared, property.GetValue(defaults)),
        ];
    }

    /// <summary>Reads the settings of a mapping into a record of them; omitted ones have their defaults.</summary>
    internal static void ReadInto(object settings, ImmutableArray<Setting> declared, StudyNode node)
    {
        node.Keys([.. declared.Select(setting => setting.Name)]);
        foreach (var setting in declared)
        {
            if (node.Find(setting.Name) is { } value)
            {
                setting.Set(settings, setting.Read(value));
            }
        }
    }

    /// <summary>Its key in a study file, for example <c>recalibration_images</c>.</summary>
    public string Name { get; }

    /// <summary>The corresponding command-line option, for example <c>--recalibration-images</c>.</summary>
    public string Option => "--" + Name.Replace('_', '-');

    /// <summary>
    /// Type of a value, or of a list's items: <c>int</c>, <c>double</c>, <c>bool</c>, <c>string</c>, an enumeration or
    /// a record of settings.
    /// </summary>
    public Type Type { get; }

    /// <summary>The settings of a setting that is a record of them; empty for others.</summary>
    public ImmutableArray<Setting> Parts { get; }

    /// <summary>Whether it takes a list.</summary>
    public bool IsList { get; }

    /// <summary>The value when it is omitted.</summary>
    public object? Default { get; }

    /// <summary>The allowed words; empty if any text is allowed.</summary>
    public ImmutableArray<string> Words { get; }

    /// <summary>Documentation in one line, with the range and the default.</summary>
    public string Help => $"{declared.Summary}{Range()}; {DefaultText} by default.";

    /// <summary>Documentation in one line.</summary>
    public string Summary => declared.Summary;

    /// <summary>The default in words, for example <c>11</c>, <c>true</c> or <c>all images</c>.</summary>
    public string DefaultText =>
        Default switch
        {
            null => Unset,
            IEnumerable list and not string => Join(list) is { Length: > 0 } text ? text : Unset,
            _ => Text(Default),
        };

    /// <summary>Reads a value of a study file.</summary>
    /// <exception cref="InputException">It is of the wrong type or out of range; the message gives file, line and
    /// key.</exception>
    internal object Read(StudyNode node)
    {
        if (!Parts.IsEmpty)
        {
            var settings = Activator.CreateInstance(Type)!;
            ReadInto(settings, Parts, node);
            return settings;
        }

        if (!IsList)
        {
            return ReadItem(node);
        }

        var items = node.OneOrMore().Select(ReadItem).ToList();
        return items.Distinct().Count() == items.Count
            ? ToArray(items)
            : throw node.Wrong("repeats a value; write each value once.");
    }

    internal void Set(object settings, object? value) => property.SetValue(settings, value);

    /// <summary>The JSON Schema of a value.</summary>
    public JsonObject Schema()
    {
        var schema = ItemSchema();
        if (IsList)
        {
            var list = new JsonObject
            {
                ["type"] = "array",
                ["items"] = schema.DeepClone(),
                ["minItems"] = 1,
                ["uniqueItems"] = true,
            };
            schema = new JsonObject { ["anyOf"] = new JsonArray(schema, list) };
        }

        schema["description"] = Help;
        return schema;
    }

    private object ReadItem(StudyNode node)
    {
        if (Type == typeof(int))
        {
            return node.Integer(ToInteger(declared.Minimum), ToInteger(declared.Maximum));
        }

        if (Type == typeof(double))
        {
            return node.NumberIn(declared.Minimum, declared.Maximum, declared.AboveMinimum, declared.BelowMaximum);
        }

        if (Type == typeof(bool))
        {
            return node.Flag();
        }

        if (Words.IsEmpty)
        {
            return node.Text();
        }

        var word = node.OneOf([.. Words]);
        return Type.IsEnum ? Enum.GetValues(Type).GetValue(Words.IndexOf(word))! : word;
    }

    private JsonObject ItemSchema()
    {
        if (!Parts.IsEmpty)
        {
            return new()
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["properties"] = new JsonObject(
                    Parts.Select(part => KeyValuePair.Create(part.Name, (JsonNode?)part.Schema()))
                ),
            };
        }

        if (!Words.IsEmpty)
        {
            return new() { ["enum"] = new JsonArray([.. Words.Select(word => (JsonNode)word)]) };
        }

        if (Type == typeof(bool))
        {
            return new() { ["type"] = "boolean" };
        }

        if (Type == typeof(string))
        {
            return new() { ["type"] = new JsonArray("string", "number") };
        }

        var schema = new JsonObject { ["type"] = Type == typeof(int) ? "integer" : "number" };
        Limit(declared.Minimum, declared.AboveMinimum ? "exclusiveMinimum" : "minimum");
        Limit(declared.Maximum, declared.BelowMaximum ? "exclusiveMaximum" : "maximum");
        return schema;

        void Limit(double value, string key)
        {
            if (double.IsFinite(value))
            {
                schema[key] = value;
            }
        }
    }

    private string Range()
    {
        var least = $"{(declared.AboveMinimum ? "above" : "at least")} {Text(declared.Minimum)}";
        var most = $"{(declared.BelowMaximum ? "below" : "at most")} {Text(declared.Maximum)}";
        var exclusive = declared.AboveMinimum || declared.BelowMaximum;
        return (double.IsFinite(declared.Minimum), double.IsFinite(declared.Maximum), Words.IsEmpty) switch
        {
            (_, _, false) => $": {string.Join(", ", Words)}",
            (true, true, _) when exclusive => $" ({least}, {most})",
            (true, true, _) => $" ({Text(declared.Minimum)} to {Text(declared.Maximum)})",
            (true, false, _) => $" ({least})",
            (false, true, _) => $" ({most})",
            _ => "",
        };
    }

    private string Unset => declared.Default.Length > 0 ? declared.Default : "none";

    private object ToArray(IEnumerable<object> items) =>
        typeof(Setting)
            .GetMethod(nameof(ListOf), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(Type)
            .Invoke(null, [items])!;

    private static ImmutableArray<T> ListOf<T>(IEnumerable<object> items) => [.. items.Cast<T>()];

    private static int ToInteger(double limit) => (int)Math.Clamp(limit, int.MinValue, int.MaxValue);

    private static string Join(IEnumerable list) => string.Join(", ", list.Cast<object>().Select(Text));

    private static string Text(object value) =>
        value switch
        {
            bool flag => flag ? "true" : "false",
            Enum word => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString()),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
}
