using System.Collections.Immutable;
using TorchSharp.Modules;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>A network from an ONNX file, which can be trained like those by name.</summary>
internal static class OnnxNetwork
{
    private const string LayersName = "(graph)";

    /// <summary>Declares the network of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name in studies; null for the file's name.</param>
    /// <exception cref="InputException">It is not an ONNX file of a network that can be computed; the message says
    /// why.</exception>
    public static NetworkArchitecture Read(string path, string? name = null) =>
        Declare(OnnxDefinition.Read(path), name ?? Path.GetFileName(path));

    /// <summary>Declares a network.</summary>
    /// <param name="definition">Its definition.</param>
    /// <param name="name">Its name.</param>
    public static NetworkArchitecture Declare(OnnxDefinition definition, string name)
    {
        var names = definition
            .Weights.Where(weight => !weight.CountsClasses)
            .Select(weight => weight.Name)
            .ToImmutableArray();
        var side = (int?)definition.Classifier.Axes.Side;
        return new(
            name,
            definition.ModuleNames,
            tensors => names.All(tensors.Contains),
            (classes, generator) => Create(definition, name, classes, generator)
        )
        {
            SmallestSize = side ?? 1,
            LargestSize = side ?? 2048,
        };
    }

    /// <summary>Creates the network.</summary>
    /// <param name="definition">Its definition.</param>
    /// <param name="name">Its name.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    public static Network Create(OnnxDefinition definition, string name, int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var parameters = new Dictionary<string, Parameter>(StringComparer.Ordinal);
        var statistics = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var weight in definition.Weights)
        {
            var values = WeightDraw.Draw(weight, classes, generator);
            if (weight.Role is WeightRole.Mean or WeightRole.Variance)
            {
                statistics[weight.Stored] = root.AddBuffer(weight.Name, values);
            }
            else
            {
                parameters[weight.Stored] = root.Add(weight.Name, new Parameter(values));
            }
        }

        var layers = new GraphLayers(definition, parameters, statistics);
        var graph = root.Add(LayersName, new GraphModules(definition, layers, Weight));
        var modules = definition.Modules.Select(
            (part, i) => new NetworkModule(part.Name, Owned(definition, i), input => graph.Compute(i, input))
        );
        var head = definition.Head is null ? FeaturesHead.Add(root, definition, classes, generator) : null;
        return new(name, root, head is null ? modules : modules.Append(head))
        {
            Graph = new DefinitionGraph(definition, head),
        };

        Tensor Weight(string stored) => parameters.TryGetValue(stored, out var found) ? found : statistics[stored];
    }

    private static ImmutableArray<string> Owned(OnnxDefinition definition, int index)
    {
        var taken = definition
            .Modules[index]
            .Nodes.SelectMany(node => definition.Flow.WeightsOf(node))
            .ToHashSet(StringComparer.Ordinal);
        return [.. definition.Weights.Where(weight => taken.Contains(weight.Stored)).Select(weight => weight.Name)];
    }
}
