using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Operators;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>Computes a module for images of one size.</summary>
internal sealed class ModuleProgram
{
    private readonly OnnxEvaluator evaluator;
    private readonly ModulePart module;
    private readonly GraphTrace trace;
    private readonly Func<string, Tensor> weight;

    /// <summary>Prepares a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="definition">Its network.</param>
    /// <param name="layers">The network's layers.</param>
    /// <param name="trace">Shapes for the size of the images.</param>
    /// <param name="weight">A weight by the name of its stored tensor.</param>
    public ModuleProgram(
        ModulePart module,
        OnnxDefinition definition,
        GraphLayers layers,
        GraphTrace trace,
        Func<string, Tensor> weight
    )
    {
        (this.module, this.trace, this.weight) = (module, trace, weight);
        var operators = new Dictionary<OnnxNode, OnnxOperator>(ReferenceEqualityComparer.Instance);
        evaluator = new(
            [.. Nodes(definition, layers, operators)],
            [module.Output],
            definition.Source,
            operators.GetValueOrDefault
        );
    }

    /// <summary>Shape of the module's input for two images.</summary>
    public long[] Input => trace.Shape(module.Input);

    /// <summary>Computes the module.</summary>
    /// <param name="input">Its input, images first.</param>
    /// <returns>Its output: a new tensor.</returns>
    public Tensor Compute(Tensor input)
    {
        using var scope = NewDisposeScope();
        var images = input.shape[0];
        return evaluator.Compute(Value, new OnnxRun())[0].MoveToOuterDisposeScope();

        Tensor Value(string name) =>
            name == module.Input ? input
            : trace.Known(name) is { } known ? Like(known.For(images))
            : Like(weight(name));

        // Weights and constants follow the number format of the images.
        Tensor Like(Tensor value) =>
            value.is_floating_point() && value.dtype != input.dtype ? value.to(input.dtype) : value;
    }

    // The module's nodes, and before them those that make what it takes from weights, or from the number of images.
    private Stack<OnnxNode> Nodes(
        OnnxDefinition definition,
        GraphLayers layers,
        Dictionary<OnnxNode, OnnxOperator> operators
    )
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal) { module.Output };
        var own = module.Nodes.ToHashSet<OnnxNode>(ReferenceEqualityComparer.Instance);
        var nodes = new Stack<OnnxNode>();
        foreach (var node in definition.Classifier.Nodes.Reverse())
        {
            var (used, computed) = layers.TryGet(node, out var layer) ? (layer.Node, layer.Operator) : (node, null);
            if (IsBiasOfHead(node) || !used.Outputs.Any(output => wanted.Contains(output) && IsMade(output)))
            {
                continue;
            }

            wanted.UnionWith(used.Inputs);
            nodes.Push(used);
            if (computed is not null)
            {
                operators[used] = computed;
            }
        }

        return nodes;

        bool IsMade(string output) => output != module.Input && trace.Known(output) is null;

        // The layer of the head adds it.
        bool IsBiasOfHead(OnnxNode node) =>
            definition.Head is { } head && node.Outputs.Contains(head.Output) && !ReferenceEquals(node, head.Map);
    }
}
