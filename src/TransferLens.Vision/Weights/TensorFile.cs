using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>A file of weights, open for reading: its tensors are listed, and read when they are chosen.</summary>
/// <param name="path">The file, for messages.</param>
internal abstract class TensorFile(string path) : IDisposable
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Every tensor, in the file's order.</summary>
    public abstract ImmutableArray<StoredTensor> Tensors { get; }

    /// <summary>
    /// Keys of dictionaries that are the same object as one before them, with the container of that one.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string> Aliases { get; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The network's name, if the file states one (<c>arch</c>); null otherwise.</summary>
    public virtual string? Architecture => null;

    /// <summary>The network that TransferLens wrote the file for (<see cref="Safetensors.NetworkEntry"/>); null where
    /// none is stated.</summary>
    public virtual string? Network => null;

    /// <summary>What was done to the tensors before they could be read, as a clause; null for nothing.</summary>
    public virtual string? Remark => null;

    /// <summary>Reads tensors into the current dispose scope: contiguous, on the CPU, sharing no storage.</summary>
    /// <param name="chosen">Some of <see cref="Tensors"/>.</param>
    /// <exception cref="InputException">A tensor cannot be read; the message names it.</exception>
    public IReadOnlyList<Tensor> Read(IReadOnlyList<StoredTensor> chosen)
    {
        if (chosen.FirstOrDefault(tensor => tensor.Problem is not null) is { } unreadable)
        {
            throw new InputException(
                $"The tensor '{WeightsFile.Printable(unreadable.Path)}' in '{Path}' {unreadable.Problem}, which cannot "
                    + "be read here; convert it to float32 in Python, and save the state dict again."
            );
        }

        return ReadAll(chosen);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Reads tensors that have no problem.</summary>
    protected abstract IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen);
}
