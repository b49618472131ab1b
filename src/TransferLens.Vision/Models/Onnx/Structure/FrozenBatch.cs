using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// Frees a graph from the number of images that its exporter wrote into it, as lengths of <c>Reshape</c> and
/// <c>Expand</c>.
/// </summary>
/// <remarks>
/// Values are computed as the file has them, for its number of images, and freed, for one more. An axis counts images
/// if its lengths differ. Which axis of a reshaped value counts them follows from the elements before it. What is
/// guessed here is checked by <see cref="FreedCheck"/>.
/// </remarks>
internal sealed class FrozenBatch
{
    private readonly OnnxClassifier classifier;
    private readonly ValueFlow flow;
    private readonly string source;
    private readonly long batch;
    private readonly Dictionary<string, (long[] Shape, Tensor? Value)> narrow = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> wide = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long[]> wideShapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> inner = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxTensor> added = new(StringComparer.Ordinal);

    private FrozenBatch(OnnxClassifier classifier, long batch, string source)
    {
        (this.classifier, this.batch, this.source) = (classifier, batch, source);
        flow = ValueFlow.Of(classifier);
    }

    /// <summary>Frees a classifier.</summary>
    /// <param name="classifier">A classifier whose file fixes the number of images.</param>
    /// <param name="batch">That number.</param>
    /// <param name="side">Height and width of the images.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="InputException">It cannot be freed; the message names the node.</exception>
    public static OnnxClassifier Free(OnnxClassifier classifier, long batch, long side, string source)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return new FrozenBatch(classifier, batch, source).Free(side);
    }

    /// <summary>The error that the number of images cannot be changed.</summary>
    /// <param name="source">The file.</param>
    /// <param name="batch">The number.</param>
    /// <param name="why">Half a sentence after "but".</param>
    public static InputException Refusal(string source, long batch, string why) =>
        new(
            $"The ONNX file '{source}' is for {batch} {(batch == 1 ? "image" : "images")} at a time, and {why}; "
                + "export it with an open batch size (dynamic_axes in PyTorch)."
        );

    private OnnxClassifier Free(long side)
    {
        Trace(side);
        var nodes = ImmutableArray.CreateBuilder<OnnxNode>(classifier.Nodes.Length);
        Keep(classifier.Images, zeros(classifier.Axes.Shape(batch + 1, side, side)));
        var uses = classifier.Nodes.SelectMany(node => node.Inputs.Distinct()).CountBy(input => input).ToDictionary();
        foreach (var node in classifier.Nodes)
        {
            foreach (var freed in Freed(node))
            {
                Compute(freed);
                nodes.Add(freed);
            }

            Follow(node);
            foreach (var input in node.Inputs.Distinct().Where(IsPassing))
            {
                if (--uses[input] == 0)
                {
                    wide[input].Dispose();
                }
            }
        }

        return classifier with
        {
            Nodes = nodes.ToImmutable(),
            Stored = classifier.Stored.AddRange(added),
        };
    }

    // The images stay, since lengths may follow from theirs.
    private bool IsPassing(string value) => flow[value] == Dependence.Images && value != classifier.Images;

    private void Trace(long side)
    {
        var evaluator = new OnnxEvaluator(classifier.Nodes, [classifier.Logits], source);
        var images = classifier.Axes.Shape(batch, side, side);
        evaluator.Compute(Given, new OnnxRun(), Observe);

        Tensor Given(string name)
        {
            var value = GraphTrace.Value(name, classifier, flow, images);
            Observe(name, value);
            return value;
        }

        void Observe(string name, Tensor value)
        {
            var kept = flow[name] == Dependence.Shapes ? value.clone().DetachFromDisposeScope() : null;
            narrow[name] = (value.shape, kept);
        }
    }

    private void Compute(OnnxNode node)
    {
        string[] outputs = [.. node.Outputs.Where(output => output.Length > 0)];
        try
        {
            var values = new OnnxEvaluator([node], outputs, source).Compute(Wide, new OnnxRun());
            foreach (var (name, value) in outputs.Zip(values))
            {
                Keep(name, value);
            }
        }
        catch (InputException)
        {
            throw Refusal(source, batch, $"{node.Label} does not take another number");
        }
    }

    private Tensor Wide(string name) =>
        wide.TryGetValue(name, out var value) ? value
        : added.TryGetValue(name, out var tensor) ? Keep(name, tensor.ToTensor())
        : Keep(name, GraphTrace.Value(name, classifier, flow, []));

    private Tensor Keep(string name, Tensor value)
    {
        (wide[name], wideShapes[name]) = (value, value.shape);
        return value;
    }

    private IEnumerable<OnnxNode> Freed(OnnxNode node) =>
        node switch
        {
            { Operator: "Reshape", Domain: "", Inputs: [var data, var shape, ..] }
                when flow[data] == Dependence.Images && Fixed(shape) is { } lengths => [Reshaped(node, lengths)],
            { Operator: "Expand", Domain: "", Inputs: [_, var shape] }
                when flow[node.Outputs[0]] != Dependence.Images
                    && Fixed(shape) is not null
                    && narrow[node.Outputs[0]].Shape is [var first, _, ..] lengths
                    && first == batch => Expanded(node, lengths),
            _ => [node],
        };

    // A shape that the number of images does not change.
    private long[]? Fixed(string name)
    {
        if (narrow[name].Value is not { } value)
        {
            return null;
        }

        long[] lengths = [.. value.data<long>()];
        return lengths.AsSpan().SequenceEqual([.. Wide(name).data<long>()]) ? lengths : null;
    }

    private OnnxNode Reshaped(OnnxNode node, long[] lengths)
    {
        var (data, output) = (node.Inputs[0], node.Outputs[0]);
        if (ImageAxis(data) is not { } from)
        {
            return node;
        }

        var (given, made) = (narrow[data].Shape, narrow[output].Shape);
        var before = given
            .Take(from)
            .Aggregate(inner.GetValueOrDefault(data, 1), (product, length) => product * length);
        var to = Target(made, before) ?? throw Refusal(source, batch, $"{node.Label} mixes them");
        inner[output] = before / made.Take(to).Aggregate(1L, (product, length) => product * length);
        if (lengths[to] == -1 || (lengths[to] == 0 && to == from))
        {
            return node;
        }

        // Zero copies a length; only one length may follow from the others.
        var isCopied = to == from && given[from] == made[to] && node.Attribute("allowzero") is not { Integer: 1 };
        long[] open = isCopied ? lengths : [.. lengths.Select((length, axis) => length == -1 ? made[axis] : length)];
        open[to] = isCopied ? 0 : -1;
        return node with { Inputs = [data, Store($"{output}:lengths", open)] };
    }

    // The axis that counts images: the one after as many elements as before, unless it is the last, which has
    // features; otherwise one that merges some of them with images.
    private int? Target(long[] made, long before)
    {
        int? merging = null;
        var product = 1L;
        for (var axis = 0; axis < made.Length; axis++)
        {
            var isLast = axis == made.Length - 1 && axis > 0;
            if (product == before && made[axis] % batch == 0 && !isLast)
            {
                return axis;
            }

            var isMerging = before % product == 0 && product * made[axis] % (before * batch) == 0;
            product *= made[axis];
            merging ??= isMerging && !isLast ? axis : null;
        }

        return merging;
    }

    // The first length is the number of images.
    private IEnumerable<OnnxNode> Expanded(OnnxNode node, long[] lengths)
    {
        var output = node.Outputs[0];
        yield return Make("Shape", [classifier.Images], $"{output}:images");
        yield return Make("Gather", [$"{output}:images", Store($"{output}:first", [0])], $"{output}:batch");
        yield return Make(
            "Concat",
            [$"{output}:batch", Store($"{output}:rest", lengths[1..])],
            $"{output}:lengths"
        ) with
        {
            Attributes = [new() { Name = "axis", Kind = OnnxAttributeKind.Integer }],
        };
        yield return node with
        {
            Inputs = [node.Inputs[0], $"{output}:lengths"],
        };

        OnnxNode Make(string name, ImmutableArray<string> inputs, string result) =>
            new()
            {
                Name = $"{node.Name}:{name}",
                Operator = name,
                Inputs = inputs,
                Outputs = [result],
                Opset = node.Opset,
            };
    }

    private string Store(string name, long[] lengths)
    {
        using var values = tensor(lengths);
        added[name] = OnnxTensor.FromTensor(name, values);
        return name;
    }

    // The axis whose length differs; null for none or several.
    private int? ImageAxis(string value)
    {
        var (one, other) = (narrow[value].Shape, wideShapes[value]);
        int[] axes =
            one.Length == other.Length ? [.. Enumerable.Range(0, one.Length).Where(i => one[i] != other[i])] : [];
        return axes is [var axis] ? axis : null;
    }

    // How many elements of an axis are before those of the images goes on, as long as the axis keeps its length.
    private void Follow(OnnxNode node)
    {
        if (
            node.Operator == "Reshape"
            || node.Inputs.FirstOrDefault(input => flow[input] == Dependence.Images) is not { } input
            || !inner.TryGetValue(input, out var factor)
            || ImageAxis(input) is not { } from
        )
        {
            return;
        }

        foreach (var output in node.Outputs.Where(output => output.Length > 0 && ImageAxis(output) is not null))
        {
            if (narrow[output].Shape[ImageAxis(output)!.Value] == narrow[input].Shape[from])
            {
                inner[output] = factor;
            }
        }
    }
}
