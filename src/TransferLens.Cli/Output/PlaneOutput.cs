using System.Text.Json.Nodes;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Metrics;

namespace TransferLens.Cli.Output;

/// <summary>Performance on the plane through three models as a document and as text.</summary>
internal static class PlaneOutput
{
    /// <summary>The document of <c>--json</c>.</summary>
    /// <param name="plane">What was measured.</param>
    /// <param name="note">What statistics were recomputed from, or null.</param>
    /// <param name="key">Name of the scores.</param>
    public static JsonObject Document(PlaneResult plane, RecalibrationNote? note, string key)
    {
        var document = new JsonObject
        {
            ["plane"] = new JsonObject
            {
                ["x"] = Numbers(plane.X.Select(x => (double?)x)),
                ["y"] = Numbers(plane.Y.Select(y => (double?)y)),
                [key] = new JsonArray([.. plane.Score.Select(row => Numbers(row.Select(value => (double?)value)))]),
                ["loss"] = new JsonArray([.. plane.Loss.Select(row => Numbers(row))]),
                ["models"] = new JsonArray([.. plane.Models.Select(model => Document(model, key))]),
            },
        };
        RecalibrationNote.AddTo(document, note);
        return document;
    }

    /// <summary>Prints the models, then the grid with the largest y first, as a figure would show it.</summary>
    public static void Print(PlaneResult plane, RecalibrationNote? note, Metric metric)
    {
        Console.WriteLine($"model           x         y  {metric.Name,8}      loss");
        foreach (var (i, model) in plane.Models.Index())
        {
            var score = ScoreText.Of(metric, model.Score);
            Console.WriteLine($"{i + 1,5}  {model.X,8:0.00}  {model.Y,8:0.00}  {score,8}  {model.Loss,8:0.0000}");
        }

        Console.WriteLine();
        Console.WriteLine($"{metric.InFigures} over x, one row for each y:");
        Console.WriteLine($"{"",8}{string.Concat(plane.X.Select(x => $"{x,8:0.00}"))}");
        for (var row = plane.Y.Length - 1; row >= 0; row--)
        {
            var cells = plane.Score[row].Select(score => $"{ScoreText.Plain(metric, score),8}");
            Console.WriteLine($"{plane.Y[row],8:0.00}{string.Concat(cells)}");
        }

        RecalibrationNote.Print(note);
    }

    private static JsonObject Document(PlaneModel model, string key) =>
        new()
        {
            ["x"] = model.X,
            ["y"] = model.Y,
            [key] = model.Score,
            ["loss"] = Json.Number(model.Loss),
        };

    private static JsonArray Numbers(IEnumerable<double?> values) => new([.. values.Select(value => (JsonNode?)value)]);
}
