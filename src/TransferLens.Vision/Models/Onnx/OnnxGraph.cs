using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx;

/// <summary>A computation: nodes that make named values from named values.</summary>
internal sealed record OnnxGraph
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The nodes, each after those whose outputs it takes.</summary>
    public ImmutableArray<OnnxNode> Nodes { get; init; } = [];

    /// <summary>Values that the file stores: weights, statistics, constants. Their names are unique.</summary>
    public ImmutableArray<OnnxTensor> Initializers { get; init; } = [];

    /// <summary>
    /// Values that the caller gives. Files of IR version 3 list the initializers here too: <see cref="FreeInputs"/>
    /// are the others.
    /// </summary>
    public ImmutableArray<OnnxValue> Inputs { get; init; } = [];

    /// <summary>Values that the caller gets.</summary>
    public ImmutableArray<OnnxValue> Outputs { get; init; } = [];

    /// <summary>Types of values between them that the file states.</summary>
    public ImmutableArray<OnnxValue> Values { get; init; } = [];

    /// <summary>Text for people.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>Named texts.</summary>
    public ImmutableArray<OnnxEntry> Metadata { get; init; } = [];

    /// <summary>The inputs that have no stored value.</summary>
    public IEnumerable<OnnxValue> FreeInputs
    {
        get
        {
            var stored = Initializers.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
            return Inputs.Where(input => !stored.Contains(input.Name));
        }
    }
}

/// <summary>A named value and its type.</summary>
internal sealed record OnnxValue
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its type; null when the file does not state it.</summary>
    public OnnxType? Type { get; init; }

    /// <summary>Text for people.</summary>
    public string Documentation { get; init; } = "";
}

/// <summary>A type of values.</summary>
internal sealed record OnnxType
{
    /// <summary>The type of a tensor; null for sequences, maps, optional values and sparse tensors.</summary>
    public OnnxTensorType? Tensor { get; init; }
}

/// <summary>A type of tensors.</summary>
internal sealed record OnnxTensorType
{
    /// <summary>Type of the elements.</summary>
    public OnnxElement Element { get; init; } = OnnxElement.Undefined;

    /// <summary>The shape; null when the file does not state it, which differs from a scalar's empty shape.</summary>
    public OnnxShape? Shape { get; init; }
}

/// <summary>A shape whose lengths may be open.</summary>
internal sealed record OnnxShape
{
    /// <summary>The lengths.</summary>
    public ImmutableArray<OnnxDimension> Dimensions { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Dimensions)}]";
}

/// <summary>A length of a shape: a number, a symbol, or open.</summary>
internal sealed record OnnxDimension
{
    /// <summary>The length, when the file fixes it.</summary>
    public long? Length { get; init; }

    /// <summary>Its name, when it is open and has one, for example <c>batch</c>.</summary>
    public string? Symbol { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Length?.ToString() ?? Symbol ?? "?";
}
