using TorchSharp.Modules;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;
using Convolution = TransferLens.Vision.Models.Layers.Convolution;
using Dropout = TransferLens.Vision.Models.Layers.Dropout;
using Linear = TransferLens.Vision.Models.Layers.Linear;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>
/// Makes layers for nodes: for convolutions, batch normalization, dropout and linear maps those that networks by name
/// have, so that both train, cost and are recalibrated alike.
/// </summary>
/// <param name="classifier">The graph.</param>
/// <param name="weights">The network's parameters, by the name of the stored tensor.</param>
/// <param name="statistics">The network's running statistics, by the name of the stored tensor.</param>
internal sealed class NodeLayers(
    OnnxClassifier classifier,
    IReadOnlyDictionary<string, Parameter> weights,
    IReadOnlyDictionary<string, Tensor> statistics
)
{
    /// <summary>The layer of a node, which takes the node's first input; null when there is none for it.</summary>
    /// <param name="node">The node.</param>
    public nn.Module<Tensor, Tensor>? LayerOf(OnnxNode node) =>
        node.Operator switch
        {
            "Conv" => ConvolutionOf(node),
            "BatchNormalization" => NormalizationOf(node),
            "Dropout" => Ratio(node) is >= 0 and < 1 and var ratio ? new Dropout(ratio) : null,
            _ => null,
        };

    /// <summary>The layer of the head.</summary>
    /// <param name="head">The head.</param>
    public nn.Module<Tensor, Tensor> LayerOf(HeadLayer head)
    {
        var (weight, bias) = (weights[head.Weight], head.Bias is { } name ? weights[name] : null);
        var own = new LayerWeights(weight, bias);
        return head.Map.Operator == "Conv" ? new Convolution(own, 1, 0, 1) : new Linear(own);
    }

    private Convolution? ConvolutionOf(OnnxNode node)
    {
        var bias = node.Inputs.Length > 2 && node.Inputs[2].Length > 0 ? node.Inputs[2] : null;
        if (
            !weights.TryGetValue(node.Inputs[1], out var weight)
            || weight.dim() != 4
            || (bias is not null && !weights.ContainsKey(bias))
            || node.Attribute("auto_pad") is { Text: not "NOTSET" }
            || Only(node, "dilations", 1) != 1
            || Only(node, "strides", 1) is not { } stride
            || Only(node, "pads", 0) is not { } padding
        )
        {
            return null;
        }

        var own = new LayerWeights(weight, bias is null ? null : weights[bias]);
        return new(own, stride, padding, node.Attribute("group")?.Integer ?? 1);
    }

    private BatchNormalization? NormalizationOf(OnnxNode node) =>
        weights.TryGetValue(node.Inputs[1], out var scale)
        && weights.TryGetValue(node.Inputs[2], out var shift)
        && statistics.TryGetValue(node.Inputs[3], out var mean)
        && statistics.TryGetValue(node.Inputs[4], out var variance)
            ? new(
                new NormalizationState(scale, shift, mean, variance, NewWeights.Count()),
                SinglePrecision.Meant(node.Attribute("epsilon")?.Float ?? 1e-5f),
                Math.Round(1 - SinglePrecision.Meant(node.Attribute("momentum")?.Float ?? 0.9f), 6)
            )
            : null;

    // An attribute of lengths that are all the same; null when they differ.
    private static long? Only(OnnxNode node, string attribute, long otherwise) =>
        node.Attribute(attribute) is not { } found ? otherwise
        : found.Integers.Distinct().ToList() is [var one] ? one
        : null;

    private double? Ratio(OnnxNode node) =>
        node.Opset < 12 ? node.Attribute("ratio")?.Float ?? 0.5
        : node.Inputs.Length < 2 || node.Inputs[1].Length == 0 ? 0.5
        : Constant(node.Inputs[1]) is { } tensor ? Number(tensor)
        : null;

    private OnnxTensor? Constant(string name) =>
        classifier.Stored.GetValueOrDefault(name)
        ?? classifier
            .Nodes.FirstOrDefault(node => node.Operator == "Constant" && node.Outputs.Contains(name))
            ?.Attribute("value")
            ?.Tensor;

    private static double Number(OnnxTensor tensor)
    {
        using var value = tensor.ToTensor();
        using var number = value.to(ScalarType.Float64);
        return number.item<double>();
    }
}
