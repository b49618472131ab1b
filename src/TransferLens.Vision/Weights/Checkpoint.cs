using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Reads weights: safetensors, PyTorch checkpoints (zip, TorchScript, and before 1.6), pickled or zipped NumPy arrays,
/// an index of several files, or a folder with one of them. The content decides the format, not the name. Nothing in a
/// file is executed.
/// </summary>
public static partial class Checkpoint
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
    /// training, the best, others, then a momentum encoder, a student or earlier weights.</param>
    /// <exception cref="InputException">The file cannot be read, or the weights do not fit; the message lists what
    /// differs. Or a file next to them states what no network with these tensors computes.</exception>
    public static CheckpointWeights Read(string path, NetworkArchitecture network, string? key = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var file = WeightsFile.OpenTensors(path);
        RefuseFlat(file);
        var reader = new CheckpointReader(file, key);
        var fit = reader.Best(network);
        if (fit is { IsComplete: true })
        {
            return reader.Read(reader.Check(fit, Networks.All), key is null ? null : NotesByRule(file, network, key));
        }

        if (reader.Quantized is { } quantized)
        {
            throw Quantization.Refusal(path, quantized);
        }

        var differences = fit is null
            ? "they have none of its tensors before the head"
            : CheckpointReader.Difference(fit).Text;
        throw new InputException(
            $"The weights do not fit {network.Title}: {differences}.{Advice(reader, network, fit)}"
                + $"{ShardText(file)}{UnreadableText(file)}"
        );
    }

    // A plan keeps the key that was chosen by rule. What the rules say of the other state dicts is as true with the
    // key; null if they choose another.
    private static CheckpointNotes? NotesByRule(TensorFile file, NetworkArchitecture network, string key)
    {
        var reader = new CheckpointReader(file, null);
        if (reader.Best(network) is not { IsComplete: true } fit)
        {
            return null;
        }

        try
        {
            var notes = reader.Notes(reader.Check(fit, Networks.All));
            return notes.Key == key ? notes : null;
        }
        catch (InputException tie) when (tie.InnerException is SeveralStateDictsException)
        {
            return null;
        }
    }

    // What the weights are, or what they are nearest to.
    private static string Advice(CheckpointReader reader, NetworkArchitecture network, NetworkReading? fit) =>
        reader.Complete(Networks.All) is [var found, ..]
            ? $" They fit {found.Outline.Network.Name}{ClassesText(found.Classes)}."
        : reader.Foreign is { } foreign ? $" They are those of {foreign}; that network is not supported."
        : reader.Nearest(Networks.All) is { } nearest && nearest.Network != network.Title && fit?.IsNear is not true
            ? $" The nearest network is {nearest.Network}, but {nearest.Text}."
        : fit?.IsNear is true
            ? " The outputs may depend on what is not part of it. If they do not, remove it from the state dict in "
                + "Python, or name the state dict of the network alone."
        : "";

    // One file of several, as the hub's libraries name them.
    private static string ShardText(TensorFile file) =>
        ShardName().IsMatch(Path.GetFileName(file.Path))
            ? $" '{Path.GetFileName(file.Path)}' is one of several files: give their folder or the index."
            : "";

    // Tensors of a type that is not supported may be what is missing.
    private static string UnreadableText(TensorFile file) =>
        file.Tensors.FirstOrDefault(tensor => tensor.Problem is not null) is { } unreadable
            ? $" The tensor '{WeightsFile.Printable(unreadable.Path)}' {unreadable.Problem}, which cannot be read here."
            : "";

    [GeneratedRegex("-[0-9]{5}-of-[0-9]{5}[.][a-z]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ShardName();

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

        var quantized = reader.Quantized;
        if (quantized is not null && file.Tensors.Any(tensor => tensor.Problem is not null))
        {
            throw Quantization.Refusal(path, quantized);
        }

        var read = reader.ReadAsIs();
        return new(read.Weights, read.Notes)
        {
            Quantized = quantized,
            Nearest = reader.Nearest(networks ?? Networks.All),
            Foreign = reader.Foreign,
        };
    }

    private static string ClassesText(int? classes) =>
        classes switch
        {
            null => " without a head",
            1 => " with 1 class",
            { } count => $" with {count} classes",
        };

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
                $"'{file.Path}' is one shard of DeepSpeed's ZeRO. Run the zero_to_fp32.py that is next to it, and give "
                    + "the file that it writes."
            );
        }
    }
}
