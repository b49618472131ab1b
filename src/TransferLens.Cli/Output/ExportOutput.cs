using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models.Onnx.Export;

namespace TransferLens.Cli.Output;

/// <summary>What <c>export</c> wrote, as the command prints it.</summary>
internal static class ExportOutput
{
    private const double BytesPerMegabyte = 1e6;

    /// <summary>Prints it.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="path">The file.</param>
    /// <param name="settings">How it was exported.</param>
    /// <param name="result">What was written.</param>
    /// <param name="json">Whether as one JSON document.</param>
    /// <param name="offer">The model of a study; null without one.</param>
    public static void Print(
        string network,
        string path,
        OnnxExportSettings settings,
        OnnxExportResult result,
        bool json,
        ModelOffer? offer = null
    )
    {
        if (json)
        {
            Json.Print(Document(network, path, settings, result, offer));
            return;
        }

        var classes = settings.Classes is { } names ? string.Join(", ", names) : "not named";
        Console.WriteLine($"{network} written to {path}");
        if (offer?.Model is { } model)
        {
            Console.WriteLine($"  model       {model.Name} ({offer.Reason})");
            Console.WriteLine($"  test        {Score(model.Score)}");
        }

        Console.WriteLine($"  {result.Bytes / BytesPerMegabyte:0.0} MB, {result.Nodes} nodes, opset {result.Opset}");
        Console.WriteLine($"  input       {result.Images}, {Values(settings)}");
        Console.WriteLine($"  output      {result.Logits}");
        Console.WriteLine($"  classes     {classes}");
        Console.WriteLine($"  difference  {result.Difference:0.0e+0} of the largest logit, on random images");
    }

    private static string Score(OfferedScore score) =>
        $"{score.Metric.Name} {score.Metric.Number(score.Value)} "
        + $"(95 % interval {score.Metric.Plain(score.Low)} to {score.Metric.Plain(score.High)})";

    private static string Values(OnnxExportSettings settings) =>
        settings.WithPreprocessing
            ? $"RGB in [0, 1], normalized in the graph ({settings.Images.Normalize})"
            : $"RGB normalized before ({settings.Images.Normalize})";

    private static JsonObject Document(
        string network,
        string path,
        OnnxExportSettings settings,
        OnnxExportResult result,
        ModelOffer? offer
    ) =>
        new()
        {
            ["network"] = network,
            ["target"] = offer?.Target,
            ["model"] = offer?.Model!.Name,
            ["reason"] = offer?.Reason,
            ["file"] = path,
            ["bytes"] = result.Bytes,
            ["nodes"] = result.Nodes,
            ["opset"] = result.Opset,
            ["input"] = result.Images,
            ["output"] = result.Logits,
            ["normalizes"] = settings.WithPreprocessing,
            ["classes"] = settings.Classes is { } names
                ? new JsonArray([.. names.Select(name => (JsonNode)name)])
                : null,
            ["difference"] = result.Difference,
        };
}
