using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>
/// What <c>adapter_config.json</c> states of an adapter of peft (LoRA, Hu et al. 2022): a layer's weights are
/// W + s B A, where s is alpha / r, or alpha / sqrt(r) with rank stabilization (Kalajdzievski 2023).
/// </summary>
internal sealed record AdapterSettings
{
    /// <summary>The file's name.</summary>
    public const string FileName = "adapter_config.json";

    private const long MostBytes = 16 << 20;

    // Ways to start that change the base weights too, which are then not those of the base model.
    private static readonly ImmutableArray<string> ChangesOfBase = ["pissa", "olora", "corda", "loftq"];

    private ImmutableArray<(Regex Layers, double Alpha)> patterns = [];

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Alpha of layers without one of their own.</summary>
    public required double Alpha { get; init; }

    /// <summary>Whether the factor is alpha / sqrt(r).</summary>
    public required bool IsRankStabilized { get; init; }

    /// <summary>Whether the base layers store their weights as (inputs, outputs).</summary>
    public required bool IsTransposed { get; init; }

    /// <summary>The base model: a folder, or a name on the Hugging Face hub; null if it is not stated.</summary>
    public string? BaseModel { get; init; }

    /// <summary>The settings next to a file; null if there are none.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">They are not valid, or of an adapter that cannot be merged.</exception>
    public static AdapterSettings? Find(string folder)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        return File.Exists(path) ? Read(path) : null;
    }

    /// <summary>The factor of a layer.</summary>
    /// <param name="layer">Its name in the base model.</param>
    /// <param name="rank">r.</param>
    public double Factor(string layer, long rank)
    {
        var own = patterns.FirstOrDefault(pattern => pattern.Layers.IsMatch(layer));
        var alpha = own.Layers is null ? Alpha : own.Alpha;
        return alpha / (IsRankStabilized ? Math.Sqrt(rank) : rank);
    }

    private static AdapterSettings Read(string path)
    {
        try
        {
            using var file = InputFile.Open(path, MostBytes);
            var config = JsonNode.Parse(file)!.AsObject();
            Check(config, path);
            return new()
            {
                Path = path,
                Alpha = (double)(config["lora_alpha"] ?? throw new FormatException()),
                IsRankStabilized = (bool?)config["use_rslora"] ?? false,
                IsTransposed = (bool?)config["fan_in_fan_out"] ?? false,
                BaseModel = (string?)config["base_model_name_or_path"],
                patterns = [.. Patterns(config["alpha_pattern"] as JsonObject ?? [])],
            };
        }
        catch (Exception failure)
            when (failure
                    is JsonException
                        or InvalidOperationException
                        or FormatException
                        or ArgumentException
                        or NotSupportedException
                        or NullReferenceException
            )
        {
            throw new InputException(
                $"'{path}' is not a valid configuration of a LoRA adapter: it has no number 'lora_alpha', or another "
                    + "key of another type; get it again.",
                failure
            );
        }
    }

    private static void Check(JsonObject config, string path)
    {
        var (kind, start) = ((string?)config["peft_type"] ?? "LORA", config["init_lora_weights"]);
        var word = start is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
        var problem =
            kind != "LORA" ? $"an adapter of the kind {WeightsFile.Printable(kind)}"
            : (bool?)config["use_dora"] ?? false ? "a DoRA adapter"
            : ChangesOfBase.Any(name => word.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                ? $"an adapter that starts with '{WeightsFile.Printable(word)}', which changes the base weights too"
            : null;
        if (problem is not null)
        {
            throw new InputException(
                $"'{path}' describes {problem}; only plain LoRA is merged here. In Python, load it on its base "
                    + "network, call merge_and_unload(), and save the result."
            );
        }
    }

    // As peft matches them: the pattern ends the layer's name.
    private static IEnumerable<(Regex, double)> Patterns(JsonObject patterns) =>
        patterns.Select(entry =>
            (
                new Regex(
                    string.Create(CultureInfo.InvariantCulture, $"^(?:.*\\.)?(?:{entry.Key})$"),
                    RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
                ),
                (double)entry.Value!
            )
        );
}
