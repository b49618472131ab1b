using System.Collections.Immutable;
using TransferLens.Vision.Models.Onnx;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>A node to compute with given inputs.</summary>
/// <param name="Operator">Its operator.</param>
/// <param name="From">The first version of the operator set that it is for.</param>
/// <param name="To">The last.</param>
/// <param name="Inputs">What it takes; null for one left out.</param>
internal sealed record NodeCase(string Operator, long From, long To, params Tensor?[] Inputs)
{
    /// <summary>Its attributes.</summary>
    public ImmutableArray<OnnxAttribute> Attributes { get; init; } = [];

    /// <summary>How many outputs it has.</summary>
    public int Outputs { get; init; } = 1;

    /// <summary>Largest difference from another program's output, of 1 plus its size.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>The same case with an attribute that is an integer.</summary>
    public NodeCase With(string name, long value) =>
        With(
            new()
            {
                Name = name,
                Kind = OnnxAttributeKind.Integer,
                Integer = value,
            }
        );

    /// <summary>The same case with an attribute that is a number.</summary>
    public NodeCase With(string name, double value) =>
        With(
            new()
            {
                Name = name,
                Kind = OnnxAttributeKind.Float,
                Float = (float)value,
            }
        );

    /// <summary>The same case with an attribute that is a text.</summary>
    public NodeCase With(string name, string value) =>
        With(
            new()
            {
                Name = name,
                Kind = OnnxAttributeKind.Text,
                Text = value,
            }
        );

    /// <summary>The same case with an attribute of integers.</summary>
    public NodeCase With(string name, long[] values) =>
        With(
            new()
            {
                Name = name,
                Kind = OnnxAttributeKind.Integers,
                Integers = [.. values],
            }
        );

    /// <summary>The same case with an attribute of numbers.</summary>
    public NodeCase With(string name, float[] values) =>
        With(
            new()
            {
                Name = name,
                Kind = OnnxAttributeKind.Floats,
                Floats = [.. values],
            }
        );

    /// <summary>The same case with an attribute that is a tensor.</summary>
    public NodeCase With(string name, Tensor value) =>
        With(
            new()
            {
                Name = name,
                Kind = OnnxAttributeKind.Tensor,
                Tensor = Stored(value),
            }
        );

    /// <summary>A model with the node alone, whose inputs are <c>x0</c>, <c>x1</c>, ... and outputs <c>y0</c>, ...
    /// </summary>
    public OnnxModel Model(long opset) =>
        new()
        {
            IrVersion = 8,
            Opsets = [new("", opset)],
            Graph = new()
            {
                Name = "case",
                Nodes =
                [
                    new()
                    {
                        Operator = Operator,
                        Opset = opset,
                        Inputs = [.. Inputs.Select((input, i) => input is null ? "" : $"x{i}")],
                        Outputs = [.. Enumerable.Range(0, Outputs).Select(i => $"y{i}")],
                        Attributes = Attributes,
                    },
                ],
                Inputs =
                [
                    .. Inputs
                        .Index()
                        .Where(input => input.Item is not null)
                        .Select(input => Value(input.Index, input.Item!)),
                ],
                Outputs = [.. Enumerable.Range(0, Outputs).Select(i => new OnnxValue { Name = $"y{i}", Type = new() })],
            },
        };

    /// <inheritdoc/>
    public override string ToString() => $"{Operator}({string.Join(", ", Attributes.Select(Described))})";

    private static string Described(OnnxAttribute attribute) =>
        attribute.Kind switch
        {
            OnnxAttributeKind.Integer => $"{attribute.Name}={attribute.Integer}",
            OnnxAttributeKind.Float => $"{attribute.Name}={attribute.Float}",
            OnnxAttributeKind.Text => $"{attribute.Name}={attribute.Text}",
            _ => $"{attribute.Name}=[{string.Join(" ", attribute.Integers)}]",
        };

    private NodeCase With(OnnxAttribute attribute) => this with { Attributes = Attributes.Add(attribute) };

    private static OnnxTensor Stored(Tensor value) =>
        new()
        {
            Element = OnnxElement.Find(value.dtype)!,
            Shape = [.. value.shape],
            Raw = value.bytes.ToArray(),
        };

    private static OnnxValue Value(int index, Tensor input) =>
        new()
        {
            Name = $"x{index}",
            Type = new()
            {
                Tensor = new()
                {
                    Element = OnnxElement.Find(input.dtype)!,
                    Shape = new()
                    {
                        Dimensions = [.. input.shape.Select(length => new OnnxDimension { Length = length })],
                    },
                },
            },
        };
}
