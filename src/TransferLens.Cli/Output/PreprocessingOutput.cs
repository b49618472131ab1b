using System.Text.Json.Nodes;
using TransferLens.Analyses.Preprocessing;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Cli.Output;

/// <summary>A <see cref="PreprocessingCheck"/> as the command prints it.</summary>
internal static class PreprocessingOutput
{
    /// <summary>The check as JSON: all normalizations, the chosen one first, and the better one or null.</summary>
    public static JsonObject Json(PreprocessingCheck check) =>
        new()
        {
            ["chosen"] = check.Chosen.Name,
            ["better"] = check.Better?.Name,
            ["normalizations"] = new JsonArray([.. check.Scores.Select(Entry)]),
        };

    /// <summary>Prints a line for each normalization and the verdict.</summary>
    /// <param name="check">The check; null prints nothing.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="writer">Where to.</param>
    public static void Print(PreprocessingCheck? check, ImageMetric metric, TextWriter writer)
    {
        if (check is null)
        {
            return;
        }

        var width = check.Scores.Max(score => score.Name.Length);
        writer.WriteLine();
        writer.WriteLine("preprocessing");
        foreach (var score in check.Scores)
        {
            var difference = score.AboveChosen is { } above
                ? $", {above.Value:+0.0000;-0.0000} (95 % CI {above.Interval().Low:+0.0000;-0.0000} to "
                    + $"{above.Interval().High:+0.0000;-0.0000})"
                : ", as chosen";
            writer.WriteLine(
                $"  {score.Name.PadRight(width)}  loss {score.Loss:0.0000}{difference}, "
                    + $"{metric.Name} {ScoreText.Of(metric, score.Score)}"
            );
        }

        writer.WriteLine(Verdict(check));
    }

    /// <summary>Whether another normalization fits better, in a sentence.</summary>
    public static string Verdict(PreprocessingCheck check) =>
        check.Better is { } better
            ? $"The loss is {-better.AboveChosen!.Value:0.000} nats lower with --normalize {better.Name} than with "
                + $"{check.Chosen.Name}; look up how these weights were trained."
            : $"No normalization has a detectably lower loss than {check.Chosen.Name}.";

    private static JsonObject Entry(NormalizationScore score) =>
        new()
        {
            ["name"] = score.Name,
            ["score"] = double.IsFinite(score.Score) ? score.Score : null,
            ["loss"] = double.IsFinite(score.Loss) ? score.Loss : null,
            ["lossAboveChosen"] = score.AboveChosen?.ToJson(),
        };
}
