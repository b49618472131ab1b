using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Declarations;

/// <summary>Reads and writes a settings record by its declared properties.</summary>
/// <typeparam name="T">A record whose settings have a <see cref="SettingAttribute"/>; a new one has the
/// defaults.</typeparam>
internal static class SettingsReader<T>
    where T : class, new()
{
    /// <summary>The settings, in the order of the record's properties.</summary>
    public static ImmutableArray<Setting> All { get; } = Setting.In(typeof(T));

    /// <summary>Reads the settings of a mapping in a study file; omitted ones have their defaults.</summary>
    /// <param name="node">The mapping; null for none.</param>
    /// <exception cref="InputException">A key is unknown, or a value is of the wrong type or out of range.</exception>
    internal static T Read(StudyNode? node)
    {
        var settings = new T();
        if (node is not null)
        {
            Setting.ReadInto(settings, All, node);
        }

        return settings;
    }

    /// <summary>Writes the settings as JSON, including defaults.</summary>
    public static JsonObject Write(T settings) =>
        JsonSerializer.SerializeToNode(settings, StudyJson.Options)!.AsObject();

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static T Read(JsonObject json) => json.Deserialize<T>(StudyJson.Options)!;
}
