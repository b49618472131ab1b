using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens inspect</c> prints of a file in which several state dicts could be meant.</summary>
internal static class StateDictsDocument
{
    /// <summary>The JSON document.</summary>
    public static JsonObject Create(ImmutableArray<FoundStateDict> found) =>
        new()
        {
            ["network"] = null,
            ["classes"] = null,
            ["stateDicts"] = JsonSerializer.SerializeToNode(found, ResultJson.Options),
        };

    /// <summary>Prints a line for each, and how to choose.</summary>
    /// <param name="found">The state dicts.</param>
    /// <param name="choice">The option that chooses one by its key, in words.</param>
    public static void Print(ImmutableArray<FoundStateDict> found, Func<string, string> choice)
    {
        var width = found.Max(dictionary => dictionary.Key.Length);
        foreach (var (key, network, classes, tensors, numbers) in found)
        {
            var head = classes is { } count ? $"with {Counted.Classes(count)}" : "without a head";
            Console.WriteLine($"{key.PadRight(width)}  {tensors} tensors, {numbers:N0} numbers, fits {network} {head}");
        }

        Console.WriteLine(
            $"{found.Length} state dicts fit, and their keys do not tell which is meant. Choose one with "
                + choice(found[0].Key)
        );
    }
}
