using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Settings;

/// <summary>Settings as JSON: in tasks, in the store and in results. Reading back gives equal settings, numbers to the last bit.</summary>
public static class StudyJson
{
    /// <summary>Names and enumerations in snake_case; a normalization is its text form; what is missing or unknown is an error.</summary>
    /// <remarks>A score, in the name of a property, is an accuracy.</remarks>
    public static JsonSerializerOptions Options { get; } = Make("accuracy");

    private static readonly ConcurrentDictionary<string, JsonSerializerOptions> ByMetric = new(StringComparer.Ordinal);

    /// <summary>The same where a score, in the name of a property, is called by a metric's name.</summary>
    /// <param name="metric">The metric's name in JSON, for example <c>auc</c>.</param>
    internal static JsonSerializerOptions ForScore(string metric) =>
        metric == "accuracy" ? Options : ByMetric.GetOrAdd(metric, Make);

    /// <summary>Training settings as JSON.</summary>
    public static JsonObject Of(TrainingSettings training) => Write(training);

    /// <summary>Image settings as JSON.</summary>
    public static JsonObject Of(ImageSettings images) => Write(images);

    /// <summary>A data source as JSON.</summary>
    public static JsonObject Of(DataSource source) => Write(source);

    /// <summary>What <see cref="Of(TrainingSettings)"/> was given.</summary>
    /// <exception cref="JsonException">It was made by something else.</exception>
    public static TrainingSettings Training(JsonObject json) => Read<TrainingSettings>(json);

    /// <summary>What <see cref="Of(ImageSettings)"/> was given.</summary>
    /// <exception cref="JsonException">It was made by something else.</exception>
    public static ImageSettings Images(JsonObject json) => Read<ImageSettings>(json);

    /// <summary>What <see cref="Of(DataSource)"/> was given.</summary>
    /// <exception cref="JsonException">It was made by something else.</exception>
    public static DataSource Data(JsonObject json)
    {
        var source = Read<DataSource>(json);
        return source with { Options = source.Options.ToImmutableSortedDictionary(StringComparer.Ordinal) };
    }

    private static JsonObject Write<T>(T value) => JsonSerializer.SerializeToNode(value, Options)!.AsObject();

    private static T Read<T>(JsonObject json) => json.Deserialize<T>(Options)!;

    private static JsonSerializerOptions Make(string metric)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            RespectNullableAnnotations = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            RespectRequiredConstructorParameters = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { type => NameScores(type, metric) } },
            Converters =
            {
                new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
                new NormalizationText(),
            },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    // What code calls a score has its metric's name in JSON, unless it is given a name of its own.
    private static void NameScores(JsonTypeInfo type, string metric)
    {
        foreach (
            var property in type.Properties.Where(property =>
                property.AttributeProvider?.IsDefined(typeof(JsonPropertyNameAttribute), false) != true
            )
        )
        {
            property.Name = string.Join('_', property.Name.Split('_').Select(word => word == "score" ? metric : word));
        }
    }

    private sealed class NormalizationText : JsonConverter<Normalization>
    {
        public override Normalization Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Normalization.Parse(reader.GetString() ?? "");
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
