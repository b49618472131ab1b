using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx;

/// <summary>What an attribute is (<c>AttributeProto.AttributeType</c> in onnx.proto, with its numbers).</summary>
internal enum OnnxAttributeKind
{
    /// <summary>Not stated, as in files of IR version 1.</summary>
    Undefined = 0,

    /// <summary>A float32.</summary>
    Float = 1,

    /// <summary>An int64.</summary>
    Integer = 2,

    /// <summary>A text.</summary>
    Text = 3,

    /// <summary>A tensor.</summary>
    Tensor = 4,

    /// <summary>A graph.</summary>
    Graph = 5,

    /// <summary>A list of float32.</summary>
    Floats = 6,

    /// <summary>A list of int64.</summary>
    Integers = 7,

    /// <summary>A list of texts.</summary>
    Texts = 8,

    /// <summary>A list of tensors.</summary>
    Tensors = 9,

    /// <summary>A list of graphs.</summary>
    Graphs = 10,

    /// <summary>A sparse tensor.</summary>
    SparseTensor = 11,

    /// <summary>A list of sparse tensors.</summary>
    SparseTensors = 12,

    /// <summary>A type.</summary>
    Type = 13,

    /// <summary>A list of types.</summary>
    Types = 14,
}

/// <summary>A named setting of a node. The property that <see cref="Kind"/> names has its value.</summary>
internal sealed record OnnxAttribute
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Which property has the value.</summary>
    public OnnxAttributeKind Kind { get; init; }

    /// <summary>Inside a function: the attribute of the calling node that gives the value. Otherwise empty.</summary>
    public string Reference { get; init; } = "";

    /// <summary>The value, if it is a float32.</summary>
    public float Float { get; init; }

    /// <summary>The value, if it is an int64.</summary>
    public long Integer { get; init; }

    /// <summary>The value, if it is a text.</summary>
    public string Text { get; init; } = "";

    /// <summary>The value, if it is a tensor.</summary>
    public OnnxTensor? Tensor { get; init; }

    /// <summary>The value, if it is a graph.</summary>
    public OnnxGraph? Graph { get; init; }

    /// <summary>The value, if it is a list of float32.</summary>
    public ImmutableArray<float> Floats { get; init; } = [];

    /// <summary>The value, if it is a list of int64.</summary>
    public ImmutableArray<long> Integers { get; init; } = [];

    /// <summary>The value, if it is a list of texts.</summary>
    public ImmutableArray<string> Texts { get; init; } = [];

    /// <summary>The value, if it is a list of tensors.</summary>
    public ImmutableArray<OnnxTensor> Tensors { get; init; } = [];

    /// <summary>The value, if it is a list of graphs.</summary>
    public ImmutableArray<OnnxGraph> Graphs { get; init; } = [];

    /// <summary>Text for people.</summary>
    public string Documentation { get; init; } = "";
}
