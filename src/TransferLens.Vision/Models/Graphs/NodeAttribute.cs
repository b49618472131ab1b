using TransferLens.Vision.Models.Onnx;

namespace TransferLens.Vision.Models.Graphs;

/// <summary>Makes attributes of nodes.</summary>
internal static class NodeAttribute
{
    /// <summary>An integer.</summary>
    public static OnnxAttribute Of(string name, long value) =>
        new()
        {
            Name = name,
            Kind = OnnxAttributeKind.Integer,
            Integer = value,
        };

    /// <summary>A float32.</summary>
    public static OnnxAttribute Of(string name, double value) =>
        new()
        {
            Name = name,
            Kind = OnnxAttributeKind.Float,
            Float = (float)value,
        };

    /// <summary>A list of integers.</summary>
    public static OnnxAttribute Of(string name, params long[] values) =>
        new()
        {
            Name = name,
            Kind = OnnxAttributeKind.Integers,
            Integers = [.. values],
        };

    /// <summary>A tensor.</summary>
    public static OnnxAttribute Of(string name, OnnxTensor value) =>
        new()
        {
            Name = name,
            Kind = OnnxAttributeKind.Tensor,
            Tensor = value,
        };
}
