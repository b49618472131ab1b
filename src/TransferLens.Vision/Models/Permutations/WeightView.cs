using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>A weight as a node takes it: itself, or its elements in another arrangement.</summary>
/// <param name="Name">The weight, as the graph stores it.</param>
/// <param name="Shape">Shape of the view.</param>
/// <param name="Indices">Index in the weight of each element, row by row (int64); null for the weight itself.</param>
internal sealed record WeightView(string Name, long[] Shape, Tensor? Indices = null)
{
    /// <summary>The indices, for an operator that rearranges them.</summary>
    public Tensor ToIndices() =>
        Indices ?? arange(Shape.Aggregate(1L, (a, b) => a * b), ScalarType.Int64).reshape(Shape);
}

/// <summary>What a weight is to the layer that takes it.</summary>
internal enum WeightUse
{
    /// <summary>Labels of the channels that the layer takes.</summary>
    Input,

    /// <summary>Labels of the channels that the layer makes.</summary>
    Output,

    /// <summary>Labels of elements that are added to channels, or multiplied with them.</summary>
    Element,
}
