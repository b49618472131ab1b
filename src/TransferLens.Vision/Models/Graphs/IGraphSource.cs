using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Graphs;

/// <summary>A network's own graph, which does not follow from its modules.</summary>
internal interface IGraphSource
{
    /// <summary>The weights: their names in the graph and in the network's state dict, and whether the graph stores the
    /// transpose.</summary>
    IEnumerable<(string Stored, string Name, bool IsTransposed)> StoredNames { get; }

    /// <summary>The graph with the network's weights.</summary>
    /// <param name="settings">What it is for.</param>
    /// <param name="weights">The network's state dict.</param>
    /// <exception cref="InputException">It cannot be written with these settings.</exception>
    OnnxModel Write(GraphSettings settings, IReadOnlyDictionary<string, Tensor> weights);
}
