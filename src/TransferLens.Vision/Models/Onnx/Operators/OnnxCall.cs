using TorchSharp;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>One computation of a node: what its operator is given.</summary>
/// <param name="node">The node.</param>
/// <param name="inputs">Its inputs; null for one left out.</param>
/// <param name="run">How the graph is computed.</param>
/// <param name="source">The file, for messages.</param>
internal sealed class OnnxCall(OnnxNode node, IReadOnlyList<Tensor?> inputs, OnnxRun run, string source)
{
    private const double MostElements = 1L << 31;

    private Device? device;

    /// <summary>The node.</summary>
    public OnnxNode Node => node;

    /// <summary>Version of the operator set.</summary>
    public long Opset => node.Opset;

    /// <summary>How the graph is computed.</summary>
    public OnnxRun Run => run;

    /// <summary>Number of inputs, with those left out between others.</summary>
    public int Count => inputs.Count;

    /// <summary>Where the result belongs: the device of the inputs that are not on the CPU, if there are any.</summary>
    public Device Device => device ??= inputs.FirstOrDefault(IsElsewhere)?.device ?? CPU;

    /// <summary>An input that must be there, on <see cref="Device"/>.</summary>
    /// <param name="index">Which, from 0.</param>
    public Tensor this[int index] => Optional(index) ?? throw Refusal($"lacks its input {index}");

    /// <summary>All inputs, on <see cref="Device"/>.</summary>
    public IEnumerable<Tensor> All => Enumerable.Range(0, Count).Select(index => this[index]);

    /// <summary>Whether an input is there.</summary>
    public bool Has(int index) => index < inputs.Count && inputs[index] is not null;

    /// <summary>An input on <see cref="Device"/>; null when it is left out.</summary>
    /// <param name="index">Which, from 0.</param>
    public Tensor? Optional(int index) =>
        index >= inputs.Count || inputs[index] is not { } input ? null
        : IsElsewhere(input) || Device.type == DeviceType.CPU ? input
        : input.to(Device);

    /// <summary>An input as it is: running statistics, which are changed in place.</summary>
    /// <param name="index">Which, from 0.</param>
    public Tensor Original(int index) =>
        (index < inputs.Count ? inputs[index] : null) ?? throw Refusal($"lacks its input {index}");

    /// <summary>The values of an input of integers: a shape, axes, pads.</summary>
    /// <param name="index">Which, from 0.</param>
    public long[] Values(int index) => [.. Original(index).to(ScalarType.Int64).cpu().contiguous().data<long>()];

    /// <summary>The values of an input of numbers.</summary>
    /// <param name="index">Which, from 0.</param>
    public double[] Numbers(int index) =>
        [.. Original(index).detach().to(ScalarType.Float64).cpu().contiguous().data<double>()];

    /// <summary>The first value of an input of integers, or a default when it is left out.</summary>
    public long Value(int index, long otherwise) =>
        !Has(index) ? otherwise
        : Values(index) is [var value, ..] ? value
        : throw Refusal($"has an empty input {index}");

    /// <summary>An attribute of integers; null when it is left out.</summary>
    public long[]? Integers(string name) =>
        Attribute(name, OnnxAttributeKind.Integers) is { } attribute ? [.. attribute.Integers] : null;

    /// <summary>An attribute that is an integer.</summary>
    public long Integer(string name, long otherwise) =>
        Attribute(name, OnnxAttributeKind.Integer)?.Integer ?? otherwise;

    /// <summary>An attribute that is a number.</summary>
    public float Float(string name, float otherwise) => Attribute(name, OnnxAttributeKind.Float)?.Float ?? otherwise;

    /// <summary>An attribute that is a text.</summary>
    public string Text(string name, string otherwise) => Attribute(name, OnnxAttributeKind.Text)?.Text ?? otherwise;

    /// <summary>An attribute of a kind; null when it is left out.</summary>
    /// <exception cref="InputException">It is of another kind.</exception>
    public OnnxAttribute? Attribute(string name, OnnxAttributeKind kind) =>
        node.Attribute(name) is not { } attribute ? null
        : attribute.Kind == kind ? attribute
        : throw Refusal($"has the attribute {name} as {attribute.Kind} instead of {kind}");

    /// <summary>An axis from 0, given one that may count from the end.</summary>
    /// <exception cref="InputException">There is no such axis.</exception>
    public int Axis(long axis, long rank) =>
        axis >= -rank && axis < rank
            ? (int)(axis < 0 ? axis + rank : axis)
            : throw Refusal($"names axis {axis} of a tensor with {rank} axes");

    /// <summary>Axes from 0 in ascending order, each once.</summary>
    /// <exception cref="InputException">One does not exist or is there twice.</exception>
    public int[] Axes(IReadOnlyCollection<long> axes, long rank)
    {
        int[] sorted = [.. axes.Select(axis => Axis(axis, rank)).Distinct().Order()];
        return sorted.Length == axes.Count ? sorted : throw Refusal("names an axis twice");
    }

    /// <summary>Axes that moved from an attribute to an input in some version; null when they are left out.</summary>
    public long[]? AxesOf(long inputSince, int index) =>
        Opset < inputSince ? Integers("axes")
        : Has(index) ? Values(index)
        : null;

    /// <summary>A shape to make, unless a small file would fill the memory with it.</summary>
    /// <exception cref="InputException">It is negative or has more than 2^31 elements.</exception>
    public long[] Shape(long[] shape) =>
        shape.All(length => length >= 0) && shape.Aggregate(1.0, (a, b) => a * b) <= MostElements
            ? shape
            : throw Refusal($"makes a tensor of shape [{string.Join(", ", shape.Take(16))}]");

    /// <summary>The error that the node cannot be computed.</summary>
    /// <param name="why">Half a sentence after the node, for example "has a kernel of 4 axes".</param>
    public InputException Refusal(string why) => OnnxFault.Refusal(node, source, why);

    private static bool IsElsewhere(Tensor? tensor) => tensor is not null && tensor.device_type != DeviceType.CPU;
}
