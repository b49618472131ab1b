using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Files;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Vision.Weights;

/// <summary>
/// What a file states of its network besides the tensors: its metadata, if TransferLens wrote it, <c>config.json</c> of
/// transformers or timm and <c>open_clip_config.json</c> in the same folder, <c>arch</c> in a checkpoint, or timm's
/// name of the network in the file's own name.
/// </summary>
/// <param name="Source">What states it, for messages.</param>
/// <param name="Name">The network's name; null if none is stated.</param>
/// <param name="Traits">What is stated of traits that tensors do not tell.</param>
internal sealed record NetworkStatement(string Source, string? Name, HiddenTraits Traits)
{
    /// <summary>Whether the name is timm's, of one network, and not a training script's.</summary>
    public bool IsExact { get; init; }

    private const long MostBytes = 16 << 20;
    private const string OpenClip = PreprocessingFile.OpenClipName;
    private const string Library = PreprocessingFile.ConfigName; // of transformers and timm

    // timm's tags of weights that were trained with OpenAI's activation, under names that had no word for it at first.
    private static readonly ImmutableArray<string> QuickTags = ["openai", "metaclip", "dfn"];

    // Ports from TensorFlow have other padding under the same names.
    private const string TensorFlowPort = "tf_";

    /// <summary>Finds the first statement about a file; null for none.</summary>
    public static NetworkStatement? Find(TensorFile file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file.Path))!;
        var isDescribed = WeightsFolder.IsWeightsOf(folder, Path.GetFileName(file.Path));
        return OfMetadata(file.Network)
            ?? (isDescribed ? OfFolder(folder) : null)
            ?? (file.Architecture is { } name ? OfName("its entry 'arch'", name) : null)
            ?? OfFileName(Path.GetFileName(file.Path));
    }

    // A file of others may have the same entry with another meaning.
    private static NetworkStatement? OfMetadata(string? name) =>
        Networks.All.FirstOrDefault(network => network.Name == name) is { } network
            ? new("its metadata", network.Name, network.Hidden) { IsExact = true }
            : null;

    private static NetworkStatement? OfFolder(string folder) =>
        OfConfig(Path.Combine(folder, OpenClip), OfOpenClip) ?? OfConfig(Path.Combine(folder, Library), OfLibrary);

    private static NetworkStatement? OfConfig(string path, Func<JsonObject, NetworkStatement?> read)
    {
        try
        {
            var isThere = File.Exists(path) && new FileInfo(path).Length <= MostBytes;
            return isThere && JsonNode.Parse(File.ReadAllText(path)) is JsonObject config ? read(config) : null;
        }
        catch (Exception failure)
            when (failure
                    is JsonException
                        or IOException
                        or UnauthorizedAccessException
                        or InvalidOperationException
                        or FormatException
                        or ArgumentException
            )
        {
            // A file of another kind by the same name says nothing of weights.
            return null;
        }
    }

    // open_clip: {"model_cfg": {"vision_cfg": {...}, "quick_gelu": true}}
    private static NetworkStatement? OfOpenClip(JsonObject config)
    {
        if (config["model_cfg"] is not JsonObject model)
        {
            return null;
        }

        var isQuick = (bool?)model["quick_gelu"] ?? false;
        var activation = isQuick ? HiddenTraits.QuickGelu : HiddenTraits.Gelu;
        return new(OpenClip, null, new() { Activation = activation });
    }

    private static NetworkStatement? OfLibrary(JsonObject config) =>
        (string?)config["architecture"] is { } name ? OfTimm(config, name)
        : config["model_type"] is not null ? OfTransformers(config)
        : null;

    private static NetworkStatement OfTimm(JsonObject config, string name)
    {
        var named = OfName(Library, name);
        var arguments = config["model_args"] as JsonObject;
        var tag = (string?)config["pretrained_cfg"]?["tag"] ?? "";
        var isQuick = QuickTags.Any(start => tag.StartsWith(start, StringComparison.Ordinal));
        var given = new HiddenTraits
        {
            Activation =
                isQuick && name.Contains("_clip_", StringComparison.Ordinal)
                    ? HiddenTraits.QuickGelu
                    : Activation((string?)arguments?["act_layer"]),
            Heads = (long?)arguments?["num_heads"],
        };
        return named with { Traits = given.Or(named.Traits), IsExact = true };
    }

    // CLIP's has one for the text and one for the images.
    private static NetworkStatement OfTransformers(JsonObject config)
    {
        var vision = config["vision_config"] as JsonObject ?? config;
        var heads = vision["num_attention_heads"] is JsonValue value ? (long?)value : null;
        return new(Library, null, new() { Activation = Activation((string?)vision["hidden_act"]), Heads = heads });
    }

    // transformers computes these alike.
    private static string? Activation(string? word) => word is "gelu_python" ? HiddenTraits.Gelu : word;

    private static NetworkStatement OfName(string source, string name) =>
        new(source, name, IsPort(name) ? new() { Padding = HiddenTraits.SamePadding } : HiddenTraits.Unknown);

    private static NetworkStatement? OfFileName(string name) =>
        IsPort(name) ? OfName("the file's name", Path.GetFileNameWithoutExtension(name)) : null;

    private static bool IsPort(string name) => name.StartsWith(TensorFlowPort, StringComparison.Ordinal);
}
