using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>analyses:</c>. What the settings mean is the analyses' own business.</summary>
internal static class AnalysesReader
{
    public static ImmutableArray<KeyValuePair<string, JsonObject>> Read(
        StudyNode node,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? known
    )
    {
        if (known is not null)
        {
            node.Keys([.. known.Keys]);
        }

        return
        [
            .. node.Entries(empty: true)
                .Select(entry => KeyValuePair.Create(entry.Key, Settings(entry.Value, known?[entry.Key]))),
        ];
    }

    private static JsonObject Settings(StudyNode node, IReadOnlyList<string>? known)
    {
        if (node.Tree is YamlScalar { IsNull: true })
        {
            return [];
        }

        if (known is not null)
        {
            node.Keys([.. known]);
        }

        var settings = new JsonObject(
            node.Entries(empty: true)
                .Select(entry => KeyValuePair.Create(entry.Key, Json(entry.Value, entry.Value.Tree)))
        );
        // Written and read once, so that a number may be asked for as int, long or double alike.
        return JsonNode
            .Parse(settings.ToJsonString(), documentOptions: new() { MaxDepth = 2 * YamlTreeReader.MostDepth })!
            .AsObject();
    }

    private static JsonNode? Json(StudyNode node, YamlTree tree) =>
        tree switch
        {
            YamlMap map => new JsonObject(
                map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Json(node, entry.Value)))
            ),
            YamlList list => new JsonArray([.. list.Items.Select(item => Json(node, item))]),
            YamlScalar { IsNull: true } => null,
            _ => Scalar(node, (YamlScalar)tree),
        };

    private static JsonValue Scalar(StudyNode node, YamlScalar scalar)
    {
        if (CoreSchema.Flag(scalar) is { } flag)
        {
            return JsonValue.Create(flag);
        }

        if (CoreSchema.Integer(scalar) is { } whole)
        {
            return JsonValue.Create(whole);
        }

        return CoreSchema.Number(scalar) is not { } number ? JsonValue.Create(scalar.Text)
            : double.IsFinite(number) ? JsonValue.Create(number)
            : throw node.Wrong($"holds '{Sentence.Short(scalar.Text)}', which is not a finite number.");
    }
}
