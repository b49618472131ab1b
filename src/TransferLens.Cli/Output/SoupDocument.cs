using System.Text.Json.Nodes;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens soup</c> prints.</summary>
internal static class SoupDocument
{
    /// <summary>The document of <c>--json</c>.</summary>
    /// <param name="result">The uniform average of all checkpoints.</param>
    /// <param name="greedy">The greedy soup; null where it was not made.</param>
    /// <param name="files">The checkpoints.</param>
    /// <param name="withUniform">Whether the uniform average was asked for.</param>
    /// <param name="note">What statistics were recomputed from, or null.</param>
    /// <param name="key">Name of the scores.</param>
    public static JsonObject Create(
        SoupResult result,
        MeasuredGreedy? greedy,
        IReadOnlyList<string> files,
        bool withUniform,
        RecalibrationNote? note,
        string key
    )
    {
        var document = new JsonObject
        {
            ["members"] = new JsonArray([.. result.Members.Select(member => Score(member.Score, member.Loss))]),
            ["best"] = result.Best,
            ["mean"] = result.Mean.ToJson(),
            ["soup"] = Score(result.Soup.Score, result.Soup.Loss),
            ["ensemble"] = Score(result.Ensemble.Score, result.Ensemble.Loss),
            ["gainOverMean"] = result.Soup.GainOverMean.ToJson(),
            ["gainOverBest"] = result.Soup.GainOverBest.ToJson(),
            ["ensembleGainOverMean"] = result.Ensemble.GainOverMean.ToJson(),
            ["ensembleGainOverBest"] = result.Ensemble.GainOverBest.ToJson(),
            ["overEnsemble"] = result.OverEnsemble.ToJson(),
            ["examples"] = result.Examples,
        };
        if (result.Recalibrated is not null)
        {
            document["raw"] = Score(result.Raw.Score, result.Raw.Loss);
            document["recalibratedOn"] = note?.Source;
        }

        if (withUniform)
        {
            var uniform = Score(result.Soup.Score, result.Soup.Loss);
            uniform["gainOverMean"] = result.Soup.GainOverMean.ToJson();
            uniform["gainOverBest"] = result.Soup.GainOverBest.ToJson();
            document["uniform"] = uniform;
        }

        if (greedy is not null)
        {
            document["greedy"] = greedy.ToJson(files, key);
        }

        return document;

        JsonObject Score(Estimate score, double loss) =>
            new()
            {
                [key] = score.Value,
                ["loss"] = Json.Number(loss),
                ["low"] = score.Low,
                ["high"] = score.High,
            };
    }

    /// <summary>Prints the scores and gains.</summary>
    public static void Print(
        SoupResult result,
        IReadOnlyList<string> files,
        RecalibrationNote? note,
        string? saved,
        Metric metric
    )
    {
        foreach (var (i, member) in result.Members.Index())
        {
            Line($"{i + 1}. {Path.GetFileName(files[i])}", member.Score, member.Loss);
        }

        Line("soup", result.Soup.Score, result.Soup.Loss);
        if (result.Recalibrated is not null)
        {
            Line("soup, not recalibrated", result.Raw.Score, result.Raw.Loss);
        }

        Line("ensemble", result.Ensemble.Score, result.Ensemble.Loss);
        Console.WriteLine("Gain of the soup:");
        Gain("over the mean of the members", result.Soup.GainOverMean);
        Gain($"over the best member, number {result.Best + 1}", result.Soup.GainOverBest);
        Gain("over the ensemble", result.OverEnsemble);
        Console.WriteLine(
            "Numbers in parentheses are 95 % bootstrap intervals over images, from the same resamples for all."
        );
        Console.WriteLine("The best member is the best on these images.");
        RecalibrationNote.Print(note);
        if (saved is not null)
        {
            Console.WriteLine($"Soup written to {saved}");
        }

        void Gain(string what, Estimate gain) => Console.WriteLine($"  {what,-32} {ScoreText.Gain(metric, gain)}");

        void Line(string what, Estimate score, double loss)
        {
            var interval = $"({ScoreText.Of(metric, score.Low)} to {ScoreText.Of(metric, score.High)})";
            var words = $"{ScoreText.Of(metric, score.Value),8} {ScoreText.Correct(metric)} {interval}";
            Console.WriteLine($"{what,-28}{words}, loss {loss:0.0000}");
        }
    }
}
