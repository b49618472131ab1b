using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Reads weights: safetensors, PyTorch checkpoints (zip, TorchScript, and before 1.6), pickled or zipped NumPy arrays,
/// an index of several files, or a folder with one of them. The content decides the format, not the name. Nothing in a
/// file is executed.
/// </summary>
public static class Checkpoint
{
    /// <summary>
    /// Reads a state dict under its own names: the dictionary with most tensors, an average over training (EMA) before
    /// others of the same size. A prefix such as <c>module.</c> of PyTorch's DataParallel is removed if every name
    /// has it.
    /// </summary>
    /// <param name="path">Path of the file or folder.</param>
    /// <exception cref="InputException">The file is missing, damaged, in an unknown format, or unsafe; the message
    /// says which.</exception>
    public static StateDict Read(string path)
    {
        using var file = WeightsFile.OpenTensors(path);
        return new CheckpointReader(file, null).ReadAsIs().Weights;
    }

    /// <summary>
    /// Reads the weights of a network, whose tensors may have a prefix or the names of other people's code. Loading is
    /// complete, except that the head may be missing, or it is an error.
    /// </summary>
    /// <param name="path">Path of the file or folder.</param>
    /// <param name="network">The network.</param>
    /// <param name="key">Which of several state dicts, as a path of keys with dots; null to choose: an average over
    /// training before others, these before a student or a momentum encoder.</param>
    /// <exception cref="InputException">The file cannot be read, or the weights do not fit; the message lists what
    /// differs. Or a file beside them states what no network with these tensors computes.</exception>
    public static CheckpointWeights Read(string path, NetworkArchitecture network, string? key = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var file = WeightsFile.OpenTensors(path);
        RefuseFlat(file);
        var reader = new CheckpointReader(file, key);
        var fit = reader.Best(network);
        if (fit is { IsComplete: true })
        {
            return reader.Read(reader.Check(fit, Networks.All));
        }

        var other =
            reader.Complete(Networks.All) is [var found, ..]
                ? $" They fit {found.Outline.Network.Name}{ClassesText(found.Classes)}."
            : reader.Foreign is { } foreign ? $" They are those of {foreign}, which is not supported."
            : "";
        var differences = fit is null
            ? "they have none of its tensors before the head"
            : CheckpointReader.Difference(fit).Text;
        throw new InputException($"The weights do not fit {network.Name}: {differences}.{other}");
    }

    /// <summary>Reads weights and finds the network that they fit.</summary>
    /// <param name="path">Path of the file or folder.</param>
    /// <param name="key">As above.</param>
    /// <param name="networks">The networks to look in; null for those that TransferLens ships.</param>
    /// <exception cref="InputException">The file cannot be read; the message says why.</exception>
    public static CheckpointWeights Identify(
        string path,
        string? key = null,
        IReadOnlyCollection<NetworkArchitecture>? networks = null
    )
    {
        using var file = WeightsFile.OpenTensors(path);
        RefuseFlat(file);
        var reader = new CheckpointReader(file, key);
        if (reader.Choose(networks ?? Networks.All) is { } chosen)
        {
            return reader.Read(chosen);
        }

        var read = reader.ReadAsIs();
        return new(read.Weights, read.Notes)
        {
            Nearest = reader.Nearest(networks ?? Networks.All),
            Foreign = reader.Foreign,
        };
    }

    private static string ClassesText(int? classes) =>
        classes is { } count ? $" with {count} classes" : " without a head";

    private static void RefuseFlat(TensorFile file)
    {
        if (
            file.Tensors.FirstOrDefault(tensor => tensor.Name.EndsWith("flat_param", StringComparison.Ordinal)) is
            { } flat
        )
        {
            throw new InputException(
                $"'{file.Path}' contains '{WeightsFile.Printable(flat.Name)}': FSDP's flat parameters, whose names and "
                    + "shapes are lost. In Python, save the model with StateDictType.FULL_STATE_DICT."
            );
        }

        if (
            file.Tensors.Any(tensor =>
                tensor.Path.Contains("single_partition_of_fp32_groups", StringComparison.Ordinal)
            )
        )
        {
            throw new InputException(
                $"'{file.Path}' is one shard of DeepSpeed's ZeRO. Run the zero_to_fp32.py that is beside it, and give "
                    + "the file that it writes."
            );
        }
    }
}
