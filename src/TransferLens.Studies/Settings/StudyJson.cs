using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Settings;

/// <summary>
/// Settings as JSON, as in tasks, plans and the store. Reading them back gives equal settings, with numbers
/// equal to the last bit.
/// </summary>
internal static class StudyJson
{
    /// <summary>
    /// Names and enumerations are in snake_case, as in study files, and a normalization is text. Missing and unknown
    /// members are errors.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Training settings as JSON.</summary>
    public static JsonObject Write(TrainingSettings training) => ToObject(training);

    /// <summary>Image settings as JSON.</summary>
    public static JsonObject Write(ImageSettings images) => ToObject(images);

    /// <summary>A data source as JSON.</summary>
    public static JsonObject Write(DataSource source) => ToObject(source);

    /// <summary>Reads what <see cref="Write(TrainingSettings)"/> wrote.</summary>
    /// <exception cref="JsonException">It is not of this form.</exception>
    public static TrainingSettings ReadTraining(JsonObject json) => Read<TrainingSettings>(json);

    /// <summary>Reads what <see cref="Write(DataSource)"/> wrote.</summary>
    /// <exception cref="JsonException">It is not of this form.</exception>
    public static DataSource ReadData(JsonObject json)
    {
        var source = Read<DataSource>(json);
        return source with { Options = source.Options.ToImmutableSortedDictionary(StringComparer.Ordinal) };
    }

    private static JsonObject ToObject<T>(T value) => JsonSerializer.SerializeToNode(value, Options)!.AsObject();

    private static T Read<T>(JsonObject json) => json.Deserialize<T>(Options)!;

    /// <summary>Options that refuse missing and unknown members, and write enumerations in snake_case.</summary>
    /// <param name="names">How names of members are written.</param>
    internal static JsonSerializerOptions CreateStrict(JsonNamingPolicy names) =>
        new()
        {
            PropertyNamingPolicy = names,
            RespectNullableAnnotations = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            RespectRequiredConstructorParameters = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        };

    private static JsonSerializerOptions Create()
    {
        var options = CreateStrict(JsonNamingPolicy.SnakeCaseLower);
        options.Converters.Add(new NormalizationText());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class NormalizationText : JsonConverter<Normalization>
    {
        public override Normalization Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Normalization.Read(reader.GetString() ?? "");
            }
            catch (InputException e)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, Normalization value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
