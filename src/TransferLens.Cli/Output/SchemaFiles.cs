using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Cli.Output;

/// <summary>The JSON Schemas of the repository's folder <c>schemas/</c>, embedded in the command.</summary>
internal static class SchemaFiles
{
    /// <summary>The schema of study files.</summary>
    public const string Study = "study.schema.json";

    /// <summary>The schema of <c>results.json</c>.</summary>
    public const string Results = "results.schema.json";

    /// <summary>The text of a schema.</summary>
    /// <param name="name">One of the constants.</param>
    public static string Text(string name)
    {
        using var resource = new StreamReader(typeof(SchemaFiles).Assembly.GetManifestResourceStream(name)!);
        return resource.ReadToEnd();
    }

    /// <summary>Whether a text is the schema of study files, in this version or another.</summary>
    public static bool IsStudy(string text)
    {
        try
        {
            return (string?)JsonNode.Parse(text)?["$id"] == "urn:transferlens:study";
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
