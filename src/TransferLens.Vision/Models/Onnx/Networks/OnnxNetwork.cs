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
        Declare(OnnxDefinition.Read(path).WithoutValues(), name ?? Path.GetFileName(path), Path.GetFileName(path));

    /// <summary>Declares a network.</summary>
    /// <param name="definition">Its definition.</param>
    /// <param name="name">Its name.</param>
    /// <param name="title">What messages and reports call it.</param>
    public static NetworkArchitecture Declare(OnnxDefinition definition, string name, string title)
    {
        var names = definition
            .Weights.Where(weight => !weight.CountsClasses)
            .Select(weight => weight.Name)
            .ToImmutableArray();
        return new(
            name,
            definition.ModuleNames,
            tensors => names.All(tensors.Contains),
            (classes, generator) => Create(definition, name, classes, generator)
        )
        {
            Title = title,
            SmallestSize = 1,
            UsualSize = (int?)definition.Classifier.Axes.Side,
            SizeCheck = size => CheckSize(definition, size, title),
        };
    }

    // The sizes that an exporter wrote into the file are those of its example. Only the graph tells what it takes.
    private static void CheckSize(OnnxDefinition definition, int size, string title)
    {
        if (definition.Classifier.Axes.Channels is not 3 and var channels)
        {
            throw new InputException(
                $"{title} takes images with {channels} {(channels == 1 ? "channel" : "channels")}, but images are read "
                    + "with 3: red, green and blue. Give a network that takes 3."
            );
        }

        if (size != definition.TracedSide && definition.Refusal(size) is { } why)
        {
            var stated = definition.Classifier.Axes.Side is { } side ? $" The file is for images of size {side}." : "";
            throw new InputException($"{title} cannot take images of size {size}: {why}{stated}");
        }
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
            if (weight.IsStatistic)
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
            (part, i) =>
                new NetworkModule(part.Name, Owned(definition, i), input => graph.Compute(i, input))
                {
                    Tokens = definition.Tokens?.For(definition.Outputs[i]),
                }
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
