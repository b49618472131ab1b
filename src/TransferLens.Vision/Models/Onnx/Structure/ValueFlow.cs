using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>What a value depends on.</summary>
internal enum Dependence
{
    /// <summary>Constants and shapes: the same for all images of one size in batches of one size.</summary>
    Shapes,

    /// <summary>Weights, but no image: for example a transposed weight.</summary>
    Weights,

    /// <summary>The images.</summary>
    Images,
}

/// <summary>Tells what the values of a graph depend on, and which stored tensors are weights.</summary>
internal sealed class ValueFlow
{
    // Positions of inputs that set how an operator works and are not learned; -1 is every position after those named.
    private static readonly Dictionary<string, int[]> Settings = new(StringComparer.Ordinal)
    {
        ["Clip"] = [1, 2],
        ["ConstantOfShape"] = [0],
        ["Dropout"] = [1, 2],
        ["Expand"] = [1],
        ["Gather"] = [1],
        ["Pad"] = [1, 2, 3],
        ["Pow"] = [1],
        ["Range"] = [0, 1, 2],
        ["Reshape"] = [1],
        ["Resize"] = [1, 2, 3],
        ["Where"] = [0],
    };

    private readonly Dictionary<string, Dependence> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<string>> sources = new(StringComparer.Ordinal);

    private ValueFlow(OnnxClassifier classifier)
    {
        Weights = [.. WeightsOf(classifier)];
        Statistics = [.. StatisticsOf(classifier).Where(Weights.Contains)];
        foreach (var name in classifier.Stored.Keys)
        {
            values[name] = Weights.Contains(name) ? Dependence.Weights : Dependence.Shapes;
        }

        values[classifier.Images] = Dependence.Images;
        foreach (var node in classifier.Nodes)
        {
            var dependence = IsShape(node) ? Dependence.Shapes : MostOf(node.Inputs);
            foreach (var output in node.Outputs)
            {
                values[output] = dependence;
                if (dependence == Dependence.Weights)
                {
                    sources[output] = WeightsOf(node);
                }
            }
        }
    }

    /// <summary>Names of the stored tensors that are weights: parameters and running statistics.</summary>
    public ImmutableHashSet<string> Weights { get; }

    /// <summary>Those of them that are running statistics of batch normalization.</summary>
    public ImmutableHashSet<string> Statistics { get; }

    /// <summary>What a value depends on.</summary>
    /// <param name="value">Its name.</param>
    public Dependence this[string value] => values.GetValueOrDefault(value);

    /// <summary>What the values of a classifier depend on.</summary>
    /// <param name="classifier">The classifier.</param>
    public static ValueFlow Of(OnnxClassifier classifier) => new(classifier);

    /// <summary>Whether a node takes a weight.</summary>
    /// <param name="node">The node.</param>
    public bool TakesWeights(OnnxNode node) => node.Inputs.Any(input => this[input] == Dependence.Weights);

    /// <summary>
    /// The weights that a node takes, as they are or computed from: the weight behind a transposed one.
    /// </summary>
    /// <param name="node">The node.</param>
    public ImmutableArray<string> WeightsOf(OnnxNode node) =>
        [.. node.Inputs.SelectMany(input => SourcesOf(input)).Distinct()];

    private ImmutableArray<string> SourcesOf(string value) =>
        Weights.Contains(value) ? [value] : sources.GetValueOrDefault(value, []);

    private Dependence MostOf(ImmutableArray<string> inputs) =>
        inputs.Select(input => this[input]).DefaultIfEmpty(Dependence.Shapes).Max();

    private static bool IsShape(OnnxNode node) => node.Operator is "Shape" or "Size";

    // A float tensor with an axis or more that some node takes as an operand, and not to set how it works.
    private static IEnumerable<string> WeightsOf(OnnxClassifier classifier) =>
        from node in classifier.Nodes
        from input in node.Inputs.Select((name, position) => (Name: name, Position: position))
        where
            classifier.Stored.TryGetValue(input.Name, out var tensor)
            && tensor.Element.Name is "float" or "float16" or "double" or "bfloat16"
            && !tensor.Shape.IsEmpty
            && !Settings.GetValueOrDefault(node.Operator, []).Contains(input.Position)
        select input.Name;

    private static IEnumerable<string> StatisticsOf(OnnxClassifier classifier) =>
        classifier
            .Nodes.Where(node => node.Operator == "BatchNormalization")
            .SelectMany(node => node.Inputs.Skip(3).Take(2));
}
