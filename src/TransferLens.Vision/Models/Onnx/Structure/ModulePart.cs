using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>A module of a network from a graph: adjacent stretches.</summary>
/// <param name="Name">Its name, for example <c>layer1.0</c>.</param>
/// <param name="Stretches">The stretches, in order, at least one.</param>
internal sealed record ModulePart(string Name, ImmutableArray<Stretch> Stretches)
{
    /// <summary>The nodes that depend on the images.</summary>
    public IEnumerable<OnnxNode> Nodes => Stretches.SelectMany(stretch => stretch.Nodes);

    /// <summary>The value that it takes.</summary>
    public string Input => Stretches[0].Input;

    /// <summary>The value that it makes.</summary>
    public string Output => Stretches[^1].Output;
}
