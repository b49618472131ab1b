using System.Collections.Immutable;
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
    /// <param name="names">Names of the checkpoints.</param>
    /// <param name="withUniform">Whether the uniform average was asked for; its numbers are left out otherwise.</param>
    /// <param name="note">What statistics were recomputed from, or null.</param>
    /// <param name="key">Name of the scores.</param>
    public static JsonObject Create(
        SoupResult result,
        MeasuredGreedy? greedy,
        ImmutableArray<string> names,
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
            ["ensemble"] = Score(result.Ensemble.Score, result.Ensemble.Loss),
            ["ensembleGainOverMean"] = result.Ensemble.GainOverMean.ToJson(),
            ["ensembleGainOverBest"] = result.Ensemble.GainOverBest.ToJson(),
            ["examples"] = result.Examples,
        };
        RecalibrationNote.AddTo(document, note);
        if (withUniform)
        {
            AddUniform();
        }

        if (greedy is not null)
        {
            document["greedy"] = greedy.ToJson(names, key);
        }

        return document;

        void AddUniform()
        {
            document["soup"] = Score(result.Soup.Score, result.Soup.Loss);
            document["gainOverMean"] = result.Soup.GainOverMean.ToJson();
            document["gainOverBest"] = result.Soup.GainOverBest.ToJson();
            document["overEnsemble"] = result.OverEnsemble.ToJson();
            if (result.Recalibrated is not null)
            {
                document["raw"] = Score(result.Raw.Score, result.Raw.Loss);
            }

            var uniform = Score(result.Soup.Score, result.Soup.Loss);
            uniform["gainOverMean"] = result.Soup.GainOverMean.ToJson();
            uniform["gainOverBest"] = result.Soup.GainOverBest.ToJson();
            document["uniform"] = uniform;
        }

        JsonObject Score(Estimate score, double loss) =>
            new()
            {
                [key] = score.Value,
                ["loss"] = Json.Number(loss),
                ["low"] = score.Low,
                ["high"] = score.High,
            };
    }

    /// <summary>Prints the scores and gains of the soups that were asked for.</summary>
    /// <param name="result">The uniform average of all checkpoints.</param>
    /// <param name="greedy">The greedy soup; null where it was not made.</param>
    /// <param name="names">Names of the checkpoints.</param>
    /// <param name="withUniform">Whether the uniform average was asked for.</param>
    /// <param name="note">What statistics were recomputed from, or null.</param>
    /// <param name="metric">The metric.</param>
    public static void Print(
        SoupResult result,
        MeasuredGreedy? greedy,
        ImmutableArray<string> names,
        bool withUniform,
        RecalibrationNote? note,
        Metric metric
    )
    {
        if (withUniform)
        {
            PrintUniform(result, names, metric);
        }

        greedy?.Print(names, metric);
        Console.WriteLine(
            "Numbers in parentheses are 95 % bootstrap intervals over images, from the same resamples for all."
        );
        RecalibrationNote.Print(note);
    }

    /// <summary>Prints the soups of permuted checkpoints, whose own scores are those printed before.</summary>
    /// <param name="result">The uniform average of all checkpoints.</param>
    /// <param name="greedy">The greedy soup; null where it was not made.</param>
    /// <param name="names">Names of the checkpoints.</param>
    /// <param name="withUniform">Whether the uniform average was asked for.</param>
    /// <param name="metric">The metric.</param>
    public static void PrintAligned(
        SoupResult result,
        MeasuredGreedy? greedy,
        ImmutableArray<string> names,
        bool withUniform,
        Metric metric
    )
    {
        if (withUniform)
        {
            Line(metric, "aligned uniform soup", result.Soup.Score, result.Soup.Loss);
        }

        if (greedy is not null)
        {
            Console.Write("Aligned: ");
            greedy.Print(names, metric);
        }
    }

    private static void PrintUniform(SoupResult result, ImmutableArray<string> names, Metric metric)
    {
        foreach (var (i, member) in result.Members.Index())
        {
            Line(metric, $"{i + 1}. {names[i]}", member.Score, member.Loss);
        }

        Line(metric, "uniform soup", result.Soup.Score, result.Soup.Loss);
        if (result.Recalibrated is not null)
        {
            Line(metric, "uniform, not recalibrated", result.Raw.Score, result.Raw.Loss);
        }

        Line(metric, "ensemble", result.Ensemble.Score, result.Ensemble.Loss);
        Console.WriteLine("Gain of the uniform soup:");
        Gain("over the mean of the members", result.Soup.GainOverMean);
        Gain($"over the best member, number {result.Best + 1}", result.Soup.GainOverBest);
        Gain("over the ensemble", result.OverEnsemble);
        Console.WriteLine("The best member is the best on these images.");

        void Gain(string what, Estimate gain) => Console.WriteLine($"  {what,-32} {ScoreText.Gain(metric, gain)}");
    }

    private static void Line(Metric metric, string what, Estimate score, double loss)
    {
        var interval = $"({ScoreText.Of(metric, score.Low)} to {ScoreText.Of(metric, score.High)})";
        var words = $"{ScoreText.Of(metric, score.Value),8} {ScoreText.Correct(metric)} {interval}";
        Console.WriteLine($"{what,-28}{words}, loss {loss:0.0000}");
    }
}
