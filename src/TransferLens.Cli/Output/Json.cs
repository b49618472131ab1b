using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Cli.Output;

/// <summary>Prints a document for <c>--json</c>.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>A number, or null if it is not finite, since JSON has no such numbers.</summary>
    public static double? Number(double value) => double.IsFinite(value) ? value : null;

    /// <summary>Writes it to standard output, indented.</summary>
    public static void Print(JsonNode document) => Console.WriteLine(document.ToJsonString(Indented));
}
