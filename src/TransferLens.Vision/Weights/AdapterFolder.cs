using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>
/// An adapter of peft on disk: <c>adapter_model.safetensors</c> or <c>.bin</c>, its settings, and where its base
/// weights are.
/// </summary>
/// <param name="File">The adapter's tensors.</param>
/// <param name="Base">The base weights, a file.</param>
/// <param name="Settings">What <c>adapter_config.json</c> states.</param>
internal sealed record AdapterFolder(string File, string Base, AdapterSettings Settings)
{
    /// <summary>Names that the adapter's file has, in order of preference.</summary>
    public static ImmutableArray<string> Names { get; } = ["adapter_model.safetensors", "adapter_model.bin"];

    /// <summary>The adapter that a path means; null if it means something else.</summary>
    /// <param name="path">A folder, or the adapter's file in it.</param>
    /// <exception cref="InputException">The base weights are not there, or the adapter cannot be merged.</exception>
    public static AdapterFolder? Find(string path)
    {
        var isFile = Names.Contains(Path.GetFileName(path));
        var folder = isFile ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
        var file = isFile
            ? path
            : Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(System.IO.File.Exists);
        if (file is null || !System.IO.File.Exists(file))
        {
            return null;
        }

        var settings = AdapterSettings.Find(folder)
            ?? throw new InputException(
                $"'{file}' is an adapter (LoRA) without its {AdapterSettings.FileName}, which has its factor; "
                    + "put it into the same folder."
            );
        return new(file, FindBase(folder, settings), settings);
    }

    // Next to the adapter, where the settings say, or in the folder that contains the adapter's.
    private static string FindBase(string folder, AdapterSettings settings)
    {
        List<string> places = [folder];
        if (settings.BaseModel is { Length: > 0 } named && !named.Contains('\0', StringComparison.Ordinal))
        {
            places.Add(Path.Combine(Path.GetFullPath(folder), named));
        }

        places.Add(Path.GetDirectoryName(Path.GetFullPath(folder)) ?? folder);
        return places.Select(BaseIn).FirstOrDefault(found => found is not null)
            ?? throw new InputException(
                $"'{folder}' contains an adapter (LoRA), which is a change of weights, and not the weights that it "
                    + $"changes{OfModel(settings)}. Put {WeightsFolder.Preferred} of the base model into the folder, "
                    + "or call merge_and_unload() in Python and save the result."
            );
    }

    private static string? BaseIn(string place) =>
        System.IO.File.Exists(place) && !Names.Contains(Path.GetFileName(place)) ? place : WeightsFolder.Known(place);

    private static string OfModel(AdapterSettings settings) =>
        settings.BaseModel is { Length: > 0 } named ? $" ('{WeightsFile.Printable(named)}')" : "";
}
