using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// The weights in an ONNX file, under the names of its initializers, which PyTorch's exporter takes from the state
/// dict. Those of the head are named like its module.
/// </summary>
internal sealed class OnnxWeights : TensorFile
{
    private readonly OnnxDefinition definition;

    private OnnxWeights(string path, OnnxDefinition definition)
        : base(path)
    {
        this.definition = definition;
        Tensors =
        [
            .. definition.Weights.Select(weight => new StoredTensor("", weight.Name, [.. weight.Shape], weight)),
        ];
    }

    /// <inheritdoc/>
    public override ImmutableArray<StoredTensor> Tensors { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is not an ONNX file of a network that can be computed.</exception>
    public static OnnxWeights Open(string path) => new(path, OnnxDefinition.Read(path));

    /// <inheritdoc/>
    public override void Dispose() { }

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen) =>
        [.. chosen.Select(tensor => ((WeightTensor)tensor.Source).Read(definition.Classifier))];
}
