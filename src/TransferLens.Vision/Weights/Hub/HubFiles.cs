using System.Collections.Immutable;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights.Hub;

/// <summary>Which files of a model are needed.</summary>
internal static class HubFiles
{
    /// <summary>Ending of the file that says in which shard a tensor lies.</summary>
    public const string IndexEnding = ".index.json";

    // Files next to the weights that say what they are.
    private static readonly ImmutableArray<string> Descriptions =
    [
        .. PreprocessingFile.Names,
        AdapterSettings.FileName,
    ];

    // In order of preference: safetensors first, since nothing but numbers is in them.
    private static readonly ImmutableArray<string> Weights =
    [
        "model.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        "pytorch_model.bin.index.json",
    ];

    private static readonly ImmutableArray<string> Endings = [".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".npz"];

    /// <summary>The files to fetch; an index stands for its shards.</summary>
    /// <param name="model">The model.</param>
    /// <param name="all">Names of all its files.</param>
    /// <exception cref="InputException">
    /// There are no weights, or several that none of the usual names tells apart.
    /// </exception>
    public static ImmutableArray<string> Choose(HubModel model, ImmutableArray<string> all)
    {
        var adapter = AdapterFolder.Names.Where(all.Contains).Take(1).ToImmutableArray();
        var weights = Weights.Where(all.Contains).Take(1).ToImmutableArray();
        return
        [
            .. Descriptions.Where(all.Contains),
            .. adapter,
            .. weights.IsEmpty && adapter.IsEmpty ? [Only(model, all)] : weights,
        ];
    }

    /// <summary>Whether a name stays inside its folder.</summary>
    public static bool IsSafe(string name) =>
        name.Length is > 0 and < 512
        && !name.Contains('\\', StringComparison.Ordinal)
        && !name.Contains('\0', StringComparison.Ordinal)
        && name.Split('/').All(part => part.Length > 0 && part is not ("." or ".."));

    private static string Only(HubModel model, ImmutableArray<string> all)
    {
        foreach (var ending in Endings)
        {
            var found = all.Where(name => name.EndsWith(ending, StringComparison.Ordinal)).ToList();
            if (found.Count == 1)
            {
                return found[0];
            }

            if (found.Count > 1)
            {
                throw new InputException(
                    $"{model} has several weights files ({string.Join(", ", found.Take(5))}); download the one that "
                        + "you mean, and name it."
                );
            }
        }

        throw new InputException($"{model} has no weights file that can be read here.");
    }
}
