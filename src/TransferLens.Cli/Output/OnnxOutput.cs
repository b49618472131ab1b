using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Models.Onnx.Structure;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens inspect</c> prints of an ONNX graph: what it takes, and its modules.</summary>
internal static class OnnxOutput
{
    /// <summary>The part of the JSON document.</summary>
    /// <param name="network">The network.</param>
    public static JsonObject Json(OnnxDefinition network)
    {
        var axes = network.Classifier.Axes;
        return new()
        {
            ["input"] = new JsonObject
            {
                ["name"] = network.Classifier.Images,
                ["channels"] = axes.Channels,
                ["layout"] = axes.IsChannelsLast ? "channels_last" : "channels_first",
                ["size"] = axes.Side,
                ["batch"] = axes.Batch,
            },
            ["head"] = network.Head?.Name,
            ["modules"] = new JsonArray([
                .. Modules(network)
                    .Select(module => new JsonObject
                    {
                        ["name"] = module.Name,
                        ["parameters"] = module.Parameters,
                        ["output"] = new JsonArray([.. module.Output.Select(length => (JsonNode)length)]),
                        ["operators"] = new JsonArray([.. module.Operators.Select(name => (JsonNode)name)]),
                    }),
            ]),
            ["notes"] = new JsonArray([.. network.Notes.Select(note => (JsonNode)note)]),
        };
    }

    /// <summary>Prints what it takes, and its modules as a table.</summary>
    /// <param name="network">The network; null prints nothing.</param>
    /// <param name="output">Where to.</param>
    public static void Print(OnnxDefinition? network, TextWriter output)
    {
        if (network is null)
        {
            return;
        }

        var axes = network.Classifier.Axes;
        var size = axes.Side is { } side ? $"{side} x {side} pixels in the file" : "any size";
        output.WriteLine(
            $"input '{network.Classifier.Images}': {Counted.Text(axes.Channels, "channel", "channels")}"
                + $"{(axes.IsChannelsLast ? ", last" : "")}, {size}"
        );
        ImmutableArray<Module> modules = [.. Modules(network)];
        var width = modules.Max(module => module.Name.Length);
        var shapes = modules.Max(module => Shape(module).Length);
        foreach (var module in modules)
        {
            output.WriteLine(
                $"{module.Name.PadRight(width)}  {module.Parameters,12:N0}  {Shape(module).PadRight(shapes)}  "
                    + string.Join(", ", module.Operators)
            );
        }

        var head = network.Head is { } found
            ? $"the head is {found.Name}"
            : "the output is features, so fine-tuning adds a head";
        output.WriteLine($"{Counted.Text(modules.Length, "module", "modules")}; {head}");
        foreach (var note in network.Notes)
        {
            output.WriteLine(note);
        }

        output.WriteLine();
    }

    private sealed record Module(
        string Name,
        long Parameters,
        ImmutableArray<long> Output,
        ImmutableArray<string> Operators
    );

    private static string Shape(Module module) => $"[{string.Join(", ", module.Output)}]";

    private static IEnumerable<Module> Modules(OnnxDefinition network)
    {
        foreach (var (part, output) in network.Modules.Zip(network.Outputs))
        {
            var weights = part.Nodes.SelectMany(node => network.Flow.WeightsOf(node)).ToHashSet(StringComparer.Ordinal);
            yield return new(
                part.Name,
                network
                    .Weights.Where(weight => weights.Contains(weight.Stored) && !weight.IsStatistic)
                    .Sum(weight => weight.Shape.Aggregate(1L, (product, length) => product * length)),
                output,
                [.. Counts(part)]
            );
        }
    }

    // The operators of linear maps and the rest by number, the most frequent first.
    private static IEnumerable<string> Counts(ModulePart part) =>
        part
            .Nodes.CountBy(node => node.Operator)
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => count.Value == 1 ? count.Key : $"{count.Value} {count.Key}");
}
