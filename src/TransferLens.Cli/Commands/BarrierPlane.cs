using System.Text.Json.Nodes;
using TransferLens.Analyses.Interpolation;
using TransferLens.Cli.Output;
using TransferLens.Studies.Metrics;

namespace TransferLens.Cli.Commands;

/// <summary>Prints what <c>transferlens barrier --plane</c> measured.</summary>
internal static class BarrierPlane
{
    /// <summary>As one document, or as a table with the highest row first, as a figure would show it.</summary>
    public static void Print(
        PlaneResult plane,
        string? recalibratedOn,
        int recalibrationImages,
        Metric metric,
        bool json
    )
    {
        if (json)
        {
            Json.Print(Document(plane, recalibratedOn, metric.JsonKey));
            return;
        }

        Console.WriteLine($"solution         x         y  {metric.Name, 8}      loss");
        foreach (var (solution, i) in plane.Models.Select((solution, i) => (solution, i)))
        {
            Console.WriteLine(
                $"{i + 1, 8}  {solution.X, 8:0.00}  {solution.Y, 8:0.00}  {ScoreText.Of(metric, solution.Score), 8}  {solution.Loss, 8:0.0000}"
            );
        }

        Console.WriteLine();
        Console.WriteLine($"{metric.InFigures} over x, one row for each y:");
        Console.WriteLine($"{"", 8}{string.Concat(plane.X.Select(x => $"{x, 8:0.00}"))}");
        for (var row = plane.Y.Length - 1; row >= 0; row--)
        {
            Console.WriteLine(
                $"{plane.Y[row], 8:0.00}{string.Concat(plane.Score[row].Select(score => $"{ScoreText.Plain(metric, score), 8}"))}"
            );
        }

        if (recalibratedOn is not null)
        {
            Console.WriteLine(
                $"Running statistics were recomputed from {recalibratedOn}: {recalibrationImages} images."
            );
        }
    }

    private static JsonObject Document(PlaneResult plane, string? recalibratedOn, string key)
    {
        var document = new JsonObject
        {
            ["plane"] = new JsonObject
            {
                ["x"] = Numbers(plane.X.Select(x => (double?)x)),
                ["y"] = Numbers(plane.Y.Select(y => (double?)y)),
                [key] = new JsonArray([.. plane.Score.Select(row => Numbers(row.Select(value => (double?)value)))]),
                ["loss"] = new JsonArray([.. plane.Loss.Select(row => Numbers(row))]),
                ["solutions"] = new JsonArray([
                    .. plane.Models.Select(s => new JsonObject
                    {
                        ["x"] = s.X,
                        ["y"] = s.Y,
                        [key] = s.Score,
                        ["loss"] = Json.Number(s.Loss),
                    }),
                ]),
            },
        };
        if (recalibratedOn is not null)
        {
            document["recalibratedOn"] = recalibratedOn;
        }

        return document;
    }

    private static JsonArray Numbers(IEnumerable<double?> values) => new([.. values.Select(value => (JsonNode?)value)]);
}
