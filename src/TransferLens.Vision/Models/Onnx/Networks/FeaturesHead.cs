using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>The head of a network whose graph ends in features: the mean over positions, and a linear layer.</summary>
internal static class FeaturesHead
{
    /// <summary>Adds it to a network.</summary>
    /// <param name="root">The network's root.</param>
    /// <param name="definition">Its definition.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    public static NetworkModule Add(NetworkRoot root, OnnxDefinition definition, int classes, Generator? generator)
    {
        var isMap = definition.Features.Length == 3;
        var features = isMap ? definition.Features[0] : definition.Features.Aggregate(1L, (a, b) => a * b);
        var linear = root.Add(OnnxDefinition.NewHead, new Linear(features, classes));
        WeightInitialization.LinearDefault(linear, generator);
        return new(OnnxDefinition.NewHead, Forward) { Write = Write };

        Tensor Forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var pooled = isMap ? input.mean([2, 3]) : input.flatten(1);
            return linear.forward(pooled).MoveToOuterDisposeScope();
        }

        GraphValue Write(GraphWriter graph, GraphValue input) =>
            linear.Write(graph, isMap ? graph.MeanOfPositions(input) : graph.Flatten(input));
    }
}
