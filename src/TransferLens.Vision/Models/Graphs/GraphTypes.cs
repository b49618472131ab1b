using TransferLens.Vision.Models.Onnx;

namespace TransferLens.Vision.Models.Graphs;

/// <summary>Types of a graph's input and output.</summary>
internal static class GraphTypes
{
    /// <summary>Name of the open number of images.</summary>
    public const string Batch = "batch";

    /// <summary>A float tensor.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="dimensions">Its lengths; null when its shape is not known.</param>
    public static OnnxValue Floats(string name, params OnnxDimension[]? dimensions) =>
        new()
        {
            Name = name,
            Type = new()
            {
                Tensor = new()
                {
                    Element = OnnxElement.Float,
                    Shape = dimensions is null ? null : new() { Dimensions = [.. dimensions] },
                },
            },
        };

    /// <summary>An open length.</summary>
    /// <param name="symbol">Its name.</param>
    public static OnnxDimension Open(string symbol) => new() { Symbol = symbol };

    /// <summary>A fixed length.</summary>
    /// <param name="length">The length.</param>
    public static OnnxDimension Fixed(long length) => new() { Length = length };

    /// <summary>Height and width: fixed to a side, or open.</summary>
    /// <param name="side">The side; null for open.</param>
    public static OnnxDimension[] Sides(long? side) =>
        side is { } length ? [Fixed(length), Fixed(length)] : [Open("height"), Open("width")];
}
