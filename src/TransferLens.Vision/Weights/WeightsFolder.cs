using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Finds the weights in a folder, as Hugging Face, timm, OpenCLIP, Lightning and DeepSpeed write them.
/// </summary>
internal static class WeightsFolder
{
    /// <summary>Ends the name of an index: which file contains which tensor.</summary>
    public const string Index = ".index.json";

    // In order of preference.
    private static readonly ImmutableArray<string> Names =
    [
        "model.safetensors",
        "model.safetensors" + Index,
        "pytorch_model.bin",
        "pytorch_model.bin" + Index,
        "open_clip_model.safetensors",
        "open_clip_pytorch_model.bin",
        "mp_rank_00_model_states.pt",
    ];

    private static readonly ImmutableArray<string> Extensions =
    [
        ".safetensors",
        ".pth",
        ".pt",
        ".ckpt",
        ".bin",
        ".th",
        ".pyth",
        ".tar",
        ".npz",
    ];

    // DeepSpeed writes the name of the last step's folder into it.
    private const string Latest = "latest";
    private const long LongestLatest = 1 << 10;

    /// <summary>The name that weights in a folder preferably have.</summary>
    public static string Preferred => Names[0];

    /// <summary>The file of weights with a usual name in a folder; null for none.</summary>
    public static string? Known(string folder) =>
        Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>
    /// Whether a file is the weights of its folder, which other files there describe: it has a usual name, or there are
    /// no other weights.
    /// </summary>
    public static bool IsWeightsOf(string folder, string file) =>
        Names.Contains(file)
        || !Files(folder).Any(other => other != file && Extensions.Contains(Path.GetExtension(other)));

    /// <summary>The file of weights that a path means: the file itself, or the one in a folder.</summary>
    /// <exception cref="InputException">The folder contains no weights, or several files of them; the message says
    /// which.</exception>
    public static string FileOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return path;
        }

        var files = Files(path);
        if (Names.FirstOrDefault(files.Contains) is { } known)
        {
            return Path.Combine(path, known);
        }

        if (files.Contains(Latest) && LatestOf(path) is { } step)
        {
            return FileOf(step);
        }

        RefuseForeign(path, files);
        List<string> weights =
        [
            .. files.Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal),
        ];
        return weights.Count switch
        {
            1 => Path.Combine(path, weights[0]),
            0 => throw new InputException(
                $"'{path}' is a folder without weights: it contains no {Names[0]}, no {Names[2]} and no other weights "
                    + "file. Name a file of weights, or the folder that contains one."
            ),
            _ => throw new InputException(
                $"'{path}' is a folder with {weights.Count} weights files: {Listed(weights)}. Name one of them."
            ),
        };
    }

    // The folder of the last step, below the one that names it; null if it is not there.
    private static string? LatestOf(string folder)
    {
        var file = Path.Combine(folder, Latest);
        try
        {
            var name = new FileInfo(file).Length <= LongestLatest ? File.ReadAllText(file).Trim() : "";
            var isPlain = name is not ("" or "." or "..") && !name.AsSpan().ContainsAny('/', '\\', '\0');
            return isPlain && Path.Combine(folder, name) is var step && Directory.Exists(step) ? step : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void RefuseForeign(string path, HashSet<string> files)
    {
        if (files.Any(file => file.StartsWith("zero_pp_rank_", StringComparison.Ordinal)))
        {
            throw new InputException(
                $"'{path}' contains shards of DeepSpeed's ZeRO. Run the zero_to_fp32.py that is next to them, and give "
                    + "the file that it writes."
            );
        }

        if (files.Any(file => file.EndsWith(".distcp", StringComparison.Ordinal)))
        {
            throw new InputException(
                $"'{path}' is a distributed checkpoint of PyTorch. Convert it with 'python -m "
                    + "torch.distributed.checkpoint.format_utils dcp_to_torch', and give the file that it writes."
            );
        }

        if (
            files.FirstOrDefault(file => file is "tf_model.h5" or "flax_model.msgpack" or "saved_model.pb") is { } other
        )
        {
            throw new InputException(
                $"'{path}' contains weights of TensorFlow or Flax alone ('{other}'). Load them in Python with "
                    + "from_tf=True or from_flax=True, and save them as safetensors."
            );
        }
    }

    private static HashSet<string> Files(string path)
    {
        try
        {
            return [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The folder '{path}' cannot be read: {Sentence.Cause(failure)}.", failure);
        }
    }

    private static string Listed(List<string> names) =>
        string.Join(", ", names.Take(5).Select(WeightsFile.Printable)) + (names.Count > 5 ? ", ..." : "");
}
