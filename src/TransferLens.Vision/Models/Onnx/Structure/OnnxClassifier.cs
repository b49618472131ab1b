using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// The part of a graph that maps images to logits: one input, one output, no node that the output does not need, and
/// every stored tensor under the name by which nodes take it.
/// </summary>
/// <param name="Nodes">The nodes, each after those whose outputs it takes.</param>
/// <param name="Stored">The stored tensors that the nodes take, by name.</param>
/// <param name="Images">Name of the input.</param>
/// <param name="Axes">How it takes images.</param>
/// <param name="Logits">Name of the output.</param>
/// <param name="Notes">What was left out, in sentences.</param>
internal sealed record OnnxClassifier(
    ImmutableArray<OnnxNode> Nodes,
    ImmutableDictionary<string, OnnxTensor> Stored,
    string Images,
    ImageAxes Axes,
    string Logits,
    ImmutableArray<string> Notes
)
{
    /// <summary>What the file says of itself.</summary>
    public ImmutableArray<OnnxEntry> Metadata { get; init; } = [];

    /// <summary>Finds it in a model.</summary>
    /// <param name="model">The model, as <c>OnnxFile.Read</c> returns it.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="InputException">The model does not take one batch of images.</exception>
    public static OnnxClassifier Of(OnnxModel model, string source)
    {
        var graph = model.Graph;
        var images = ImagesOf(graph, source);
        var stored = graph.Initializers.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var nodes = Unshared(graph.Nodes, stored);
        var (logits, notes) = LogitsOf(graph, nodes, source);
        var needed = Needed(nodes, logits);
        var taken = needed.SelectMany(node => node.Inputs).Append(logits).ToHashSet(StringComparer.Ordinal);
        if (needed.IsEmpty || !taken.Contains(images.Name))
        {
            throw new InputException($"The output '{logits}' of '{source}' does not depend on the images by any node.");
        }

        var axes = ImageAxes.Of(images, needed, stored) ?? throw NoImages(images, source);
        var used = stored.Where(entry => taken.Contains(entry.Key)).ToImmutableDictionary();
        return new(needed, used, images.Name, axes, logits, notes) { Metadata = model.Metadata };
    }

    // PyTorch's exporter stores equal tensors once and gives the others their names by Identity nodes. Each is a
    // tensor of its own, since training tells them apart. Weights that a node casts are stored as it casts them, and
    // what is computed in float16 or double is computed in the network's own format.
    private static List<OnnxNode> Unshared(IEnumerable<OnnxNode> all, Dictionary<string, OnnxTensor> stored)
    {
        var nodes = new List<OnnxNode>();
        foreach (var node in all)
        {
            if (
                node is { Operator: "Identity", Domain: "", Inputs: [var from], Outputs: [var to] }
                && stored.TryGetValue(from, out var tensor)
            )
            {
                stored.TryAdd(to, tensor with { Name = to });
            }
            else if (node is { Operator: "Cast", Domain: "" } && IsFloat(node.Attribute("to")?.Integer))
            {
                if (stored.TryGetValue(node.Inputs[0], out var cast) && IsFloat(cast.Element.Code))
                {
                    using var values = cast.ToTensor();
                    using var single = values.to(ScalarType.Float32);
                    stored.TryAdd(node.Outputs[0], OnnxTensor.FromTensor(node.Outputs[0], single));
                }
                else
                {
                    nodes.Add(node with { Attributes = [NodeAttribute.Of("to", OnnxElement.Float.Code)] });
                }
            }
            else
            {
                nodes.Add(node);
            }
        }

        return nodes;
    }

    private static bool IsFloat(long? type) =>
        type is { } code && OnnxElement.Find(code)?.Name is "float" or "float16" or "bfloat16" or "double";

    private static OnnxValue ImagesOf(OnnxGraph graph, string source)
    {
        var free = graph.FreeInputs.ToList();
        if (free is not [var only])
        {
            var names = string.Join(", ", free.Select(input => $"'{input.Name}'"));
            throw new InputException(
                free.Count == 0
                    ? $"The graph of '{source}' has no input; a network takes one batch of images."
                    : $"The graph of '{source}' has the inputs {names}; a network takes one batch of images."
            );
        }

        return only.Type?.Tensor is { Element.Name: "float", Shape: null or { Dimensions.Length: 4 } }
            ? only
            : throw NoImages(only, source);
    }

    private static InputException NoImages(OnnxValue input, string source) =>
        new(
            $"The input '{input.Name}' of '{source}' is {Text(input)}; "
                + "a network takes a batch of square float images with 1, 3 or 4 channels."
        );

    private static string Text(OnnxValue value) =>
        value.Type?.Tensor is { } tensor ? $"{tensor.Element.Name} {tensor.Shape}" : "not a tensor";

    // The first output, before the softmax, sigmoid or choice of a class that some exporters add: the loss is computed
    // from logits.
    private static (string Name, ImmutableArray<string> Notes) LogitsOf(
        OnnxGraph graph,
        List<OnnxNode> nodes,
        string source
    )
    {
        if (graph.Outputs is not [var first, .. var others])
        {
            throw new InputException($"The graph of '{source}' has no output.");
        }

        var notes = ImmutableArray.CreateBuilder<string>();
        if (!others.IsEmpty)
        {
            notes.Add($"output '{first.Name}' taken (also there: {string.Join(", ", others.Select(o => o.Name))})");
        }

        var name = first.Name;
        while (nodes.Find(node => node.Outputs.Contains(name)) is { Operator: var op, Inputs: [var before, ..] } last)
        {
            if (op is not ("Softmax" or "LogSoftmax" or "Sigmoid" or "ArgMax" or "Identity"))
            {
                break;
            }

            if (op is not "Identity")
            {
                notes.Add($"{last.Label} at the end left out, since losses need logits");
            }

            name = before;
        }

        return (name, notes.ToImmutable());
    }

    private static ImmutableArray<OnnxNode> Needed(List<OnnxNode> nodes, string output)
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal) { output };
        var needed = new Stack<OnnxNode>();
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            if (nodes[i].Outputs.Any(wanted.Contains))
            {
                wanted.UnionWith(nodes[i].Inputs.Where(input => input.Length > 0));
                needed.Push(nodes[i]);
            }
        }

        return [.. needed];
    }
}
