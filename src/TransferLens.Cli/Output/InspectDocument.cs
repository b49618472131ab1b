using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens inspect</c> prints.</summary>
internal static class InspectDocument
{
    /// <summary>The JSON document.</summary>
    /// <param name="read">The weights.</param>
    /// <param name="graph">The part of an ONNX graph; null for other files.</param>
    public static JsonObject Create(CheckpointWeights read, JsonObject? graph)
    {
        var notes = JsonSerializer.SerializeToNode(read.Notes, ResultJson.Options)!.AsObject();
        var document = new JsonObject { ["network"] = read.Network?.Name, ["classes"] = read.Classes };
        foreach (
            var name in (string[])
                [
                    "taken",
                    "prefix",
                    "layout",
                    "renamed",
                    "dropped",
                    "alsoThere",
                    "merged",
                    "headFrom",
                    "possibleHeads",
                    "unread",
                    "filled",
                    "quantized",
                    "alsoFits",
                    "doubt",
                ]
        )
        {
            document[name] = notes[name]?.DeepClone();
        }

        if (read.Nearest is { } nearest)
        {
            document["nearest"] = JsonSerializer.SerializeToNode(nearest, ResultJson.Options);
        }

        if (read.Quantized is { } quantized)
        {
            document["quantized"] = quantized;
        }

        if (read.Foreign is { } foreign)
        {
            document["foreign"] = foreign;
        }

        if (graph is not null)
        {
            document["onnx"] = graph;
        }

        document["tensors"] = new JsonArray([
            .. read.Weights.Select(entry => new JsonObject
            {
                ["name"] = entry.Key,
                ["shape"] = new JsonArray([.. entry.Value.shape.Select(length => (JsonNode)length)]),
                ["type"] = TypeOf(entry.Value.dtype),
            }),
        ]);
        return document;
    }

    /// <summary>Prints a table of the tensors, and what they are.</summary>
    /// <param name="read">The weights.</param>
    /// <param name="isGraph">Whether the file contains its network, so that it need not be one by name.</param>
    public static void Print(CheckpointWeights read, bool isGraph)
    {
        var width = read.Weights.Keys.Select(name => name.Length).DefaultIfEmpty(0).Max();
        foreach (var (name, tensor) in read.Weights)
        {
            Console.WriteLine(
                $"{name.PadRight(width)}  {TypeOf(tensor.dtype),-8}  [{string.Join(", ", tensor.shape)}]"
            );
        }

        Console.WriteLine(
            $"{read.Weights.Count} tensors, {read.Weights.Values.Sum(tensor => tensor.numel()):N0} numbers"
        );
        if (read.Notes.Text is { Length: > 0 } notes)
        {
            Console.WriteLine(notes);
        }

        if (!isGraph || read.Network is not null)
        {
            Console.WriteLine(Verdict(read));
        }

        if (read.Notes.AlsoFits is [var other, ..])
        {
            Console.WriteLine(
                $"commands and studies take the network that you name: --network {other} chooses the other"
            );
        }
    }

    private static string Verdict(CheckpointWeights read) =>
        read switch
        {
            { Network: { } network, Classes: { } classes } => $"fits {network.Name} with {Counted.Classes(classes)}",
            { Network: { } network } => $"fits {network.Name}, without a head: fine-tuning adds one",
            { Quantized: { } quantized } =>
                $"fits no known network, because the weights are {quantized}. {Quantization.Advice}.",
            { Foreign: { } foreign } =>
                $"fits no known network: these are tensors of {foreign}; that network is not supported",
            { Nearest: { } nearest } => $"fits no known network; the nearest is {nearest.Network}, but {nearest.Text}",
            _ => "fits no known network, and resembles none",
        };

    private static string TypeOf(TorchSharp.torch.ScalarType type) => type.ToString().ToLowerInvariant();
}
