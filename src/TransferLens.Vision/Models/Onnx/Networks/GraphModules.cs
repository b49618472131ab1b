using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>Computes the modules of a network from a graph, for images of any size that the graph takes.</summary>
internal sealed class GraphModules : nn.Module
{
    private readonly OnnxDefinition definition;
    private readonly GraphLayers layers;
    private readonly Func<string, Tensor> weight;
    private readonly Lock tracing = new();
    private ImmutableArray<(GraphTrace Trace, ImmutableArray<ModuleProgram> Programs)> sizes = [];

    /// <summary>Prepares a network.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="weight">A weight by the name of its stored tensor.</param>
    public GraphModules(OnnxDefinition definition, GraphLayers layers, Func<string, Tensor> weight)
        : base("Modules")
    {
        (this.definition, this.layers, this.weight) = (definition, layers, weight);
        register_module("layers", layers);
    }

    /// <summary>Computes a module. It may be called on several threads at once.</summary>
    /// <param name="index">Which.</param>
    /// <param name="input">Its input: for the first module images (n, channels, height, width).</param>
    /// <exception cref="InputException">The graph does not take images of this size.</exception>
    public Tensor Compute(int index, Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = index == 0 && definition.Classifier.Axes.IsChannelsLast ? input.permute(0, 2, 3, 1) : input;
        return ProgramFor(index, value).Compute(value).MoveToOuterDisposeScope();
    }

    private ModuleProgram ProgramFor(int index, Tensor input)
    {
        if (Find(index, input) is { } known)
        {
            return known;
        }

        lock (tracing)
        {
            if (Find(index, input) is { } other)
            {
                return other;
            }

            var isLast = definition.Classifier.Axes.IsChannelsLast;
            var side = index > 0 || input.dim() != 4 ? throw Unknown(index, input)
                : isLast ? (input.shape[1], input.shape[2])
                : (input.shape[2], input.shape[3]);
            var trace = new GraphTrace(definition.Classifier, definition.Flow, side, definition.Source);
            sizes = sizes.Add(
                (
                    trace,
                    [.. definition.Modules.Select(part => new ModuleProgram(part, definition, layers, trace, weight))]
                )
            );
            return Find(index, input) ?? throw Unknown(index, input);
        }
    }

    private ModuleProgram? Find(int index, Tensor input) =>
        sizes
            .Select(size => size.Programs[index])
            .FirstOrDefault(program => program.Input.AsSpan(1).SequenceEqual(input.shape.AsSpan(1)));

    private InputException Unknown(int index, Tensor input) =>
        new(
            $"{definition.Modules[index].Name} of '{definition.Source}' takes no input of shape "
                + $"[{string.Join(", ", input.shape)}]."
        );

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var (trace, _) in sizes)
            {
                trace.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
