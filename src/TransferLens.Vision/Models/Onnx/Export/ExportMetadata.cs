using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Models.Onnx.Export;

/// <summary>What an exported file says of itself (<c>metadata_props</c>).</summary>
internal static class ExportMetadata
{
    /// <summary>The program, in the file's field for it.</summary>
    public const string Producer = "TransferLens";

    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The entries of a model, with those of the export in place of any of the same keys.</summary>
    /// <param name="model">The model.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="settings">How it is exported.</param>
    public static ImmutableArray<OnnxEntry> Of(OnnxModel model, string network, OnnxExportSettings settings)
    {
        List<OnnxEntry> own = [new("producer", Producer), new("network", network)];
        if (settings.Classes is { } classes)
        {
            own.Add(new("classes", new JsonArray([.. classes.Select(name => (JsonNode)name)]).ToJsonString(Plain)));
        }

        own.Add(new("preprocessing", Preprocessing(settings).ToJsonString(Plain)));
        return [.. model.Metadata.Where(entry => own.TrueForAll(other => other.Key != entry.Key)), .. own];
    }

    /// <summary>Checks the names of the classes.</summary>
    /// <param name="names">The names; null for none.</param>
    /// <param name="classes">Number of classes of the head.</param>
    /// <exception cref="InputException">There are more or fewer names.</exception>
    public static void Check(ImmutableArray<string>? names, long classes)
    {
        if (names is { Length: var count } && count != classes)
        {
            throw new InputException(
                $"There are {count} class names, but the head has {classes} outputs; name every class of the head."
            );
        }
    }

    private static JsonObject Preprocessing(OnnxExportSettings settings)
    {
        var images = settings.Images;
        return new()
        {
            ["size"] = images.Size,
            ["resize"] = images.Resize,
            ["resize_mode"] = EnumWords<ResizeMode>.Of(images.ResizeMode),
            ["interpolation"] = EnumWords<Interpolation>.Of(images.Interpolation),
            ["channels"] = images.Normalize.IsBlueFirst ? "bgr" : "rgb",
            ["mean"] = Numbers(images.Normalize.Mean),
            ["std"] = Numbers(images.Normalize.StandardDeviation),
            ["input"] = settings.WithPreprocessing ? "values in [0, 1]" : "(values in [0, 1] - mean) / std",
        };
    }

    private static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(value => (JsonNode)value)]);
}
