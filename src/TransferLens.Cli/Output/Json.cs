using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Cli.Output;

/// <summary>Prints a document for <c>--json</c>.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes it to standard output, indented.</summary>
    public static void Print(JsonNode document) => Console.WriteLine(document.ToJsonString(Indented));
}
