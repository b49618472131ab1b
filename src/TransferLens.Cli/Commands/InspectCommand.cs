using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens inspect</c>: what is in a weights file.</summary>
internal static class InspectCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var (file, json) = (
            new WeightsArgument(),
            new Option<bool>("--json") { Description = "Print one JSON document instead of a table." }
        );
        var command = new Command(
            "inspect",
            "List the tensors of a weights file, and identify the network they fit. Never executes code from the file."
        )
        {
            json,
        };
        file.AddTo(command);
        command.SetAction(parsed => Run(file.Of(parsed), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string file, bool json)
    {
        using var weights = Checkpoint.Read(file);
        var fit = NetworkFit.Find(weights);
        if (json)
        {
            Json.Print(
                new JsonObject
                {
                    ["network"] = fit?.Network.Name,
                    ["classes"] = fit?.Classes,
                    ["tensors"] = new JsonArray([
                        .. weights.Select(entry => new JsonObject
                        {
                            ["name"] = entry.Key,
                            ["shape"] = new JsonArray([.. entry.Value.shape.Select(length => (JsonNode)length)]),
                            ["type"] = TypeOf(entry.Value.dtype),
                        }),
                    ]),
                }
            );
            return 0;
        }

        var width = weights.Keys.Select(name => name.Length).DefaultIfEmpty(0).Max();
        foreach (var (name, tensor) in weights)
        {
            Console.WriteLine(
                $"{name.PadRight(width)}  {TypeOf(tensor.dtype),-8}  [{string.Join(", ", tensor.shape)}]"
            );
        }

        Console.WriteLine($"{weights.Count} tensors, {weights.Values.Sum(tensor => tensor.numel()):N0} numbers");
        Console.WriteLine(
            fit is { } known ? $"fits {known.Network.Name} with {known.Classes} classes" : "fits no known network"
        );
        return 0;
    }

    private static string TypeOf(TorchSharp.torch.ScalarType type) => type.ToString().ToLowerInvariant();
}
