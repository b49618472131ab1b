using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx;

/// <summary>An application of an operator.</summary>
internal sealed record OnnxNode
{
    /// <summary>Its name, often with scopes: <c>/layer1/layer1.0/conv1/Conv</c>. It may be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>The operator's name.</summary>
    public string Operator { get; init; } = "";

    /// <summary>The operator's domain; empty for ONNX's own.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Distinguishes functions of one name and domain.</summary>
    public string Overload { get; init; } = "";

    /// <summary>Names of the values it takes; empty for one left out.</summary>
    public ImmutableArray<string> Inputs { get; init; } = [];

    /// <summary>Names of the values it makes; empty for one that nobody takes.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>Its settings.</summary>
    public ImmutableArray<OnnxAttribute> Attributes { get; init; } = [];

    /// <summary>Text for people.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>Named texts, for example the module that it comes from.</summary>
    public ImmutableArray<OnnxEntry> Metadata { get; init; } = [];

    /// <summary>Version of the operator's set. Reading sets it; it is not in the file's node.</summary>
    public long Opset { get; init; }

    /// <summary>The node in a sentence, for example <c>node 'conv1' (Conv)</c>.</summary>
    public string Label
    {
        get
        {
            var name = Domain.Length == 0 ? Operator : $"{Domain}.{Operator}";
            return Name.Length > 0 ? $"node '{Name}' ({name})" : $"the {name} node that makes '{FirstOutput}'";
        }
    }

    private string FirstOutput => Outputs.FirstOrDefault(output => output.Length > 0) ?? "";

    /// <summary>The attribute of a name; null when the node has none.</summary>
    /// <param name="name">Its name.</param>
    public OnnxAttribute? Attribute(string name)
    {
        foreach (var attribute in Attributes)
        {
            if (attribute.Name == name)
            {
                return attribute;
            }
        }

        return null;
    }
}
