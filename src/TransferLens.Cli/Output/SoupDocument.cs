using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens soup</c> prints.</summary>
internal static class SoupDocument
{
    /// <summary>The document of <c>--json</c>.</summary>
    public static JsonObject Of(SoupResult result, string? recalibratedOn, string key)
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
            document["recalibratedOn"] = recalibratedOn;
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

    /// <summary>The same for people.</summary>
    public static void Print(
        SoupResult result,
        IReadOnlyList<string> files,
        string? recalibratedOn,
        int recalibrationImages,
        string? saved,
        Metric metric
    )
    {
        foreach (var (member, i) in result.Members.Select((member, i) => (member, i)))
        {
            Line($"{i + 1}. {Path.GetFileName(files[i])}", member.Score, member.Loss);
        }

        Line("soup", result.Soup.Score, result.Soup.Loss);
        if (result.Recalibrated is not null)
        {
            Line("soup, not recalibrated", result.Raw.Score, result.Raw.Loss);
        }

        Line("ensemble", result.Ensemble.Score, result.Ensemble.Loss);
        Console.WriteLine(
            $"The soup against the mean of the members: {Gain(result.Soup.GainOverMean)}; against the best, number {result.Best + 1} on these images: {Gain(result.Soup.GainOverBest)}; against the ensemble: {Gain(result.OverEnsemble)}."
        );
        Console.WriteLine(
            "Brackets are 95 % bootstrap intervals over images, the same resamples for all; the best member is chosen on the images that it is measured on."
        );
        if (recalibratedOn is not null)
        {
            Console.WriteLine(
                $"Running statistics were recomputed from {recalibratedOn}: {recalibrationImages} images."
            );
        }

        if (saved is not null)
        {
            Console.WriteLine($"The soup is written to {saved}.");
        }

        void Line(string what, Estimate score, double loss) =>
            Console.WriteLine(
                $"{what, -28}{ScoreText.Of(metric, score.Value), 8} {ScoreText.Right(metric)} ({ScoreText.Of(metric, score.Low)} to {ScoreText.Of(metric, score.High)}), loss {loss:0.0000}"
            );

        string Gain(Estimate gain) =>
            $"{ScoreText.Signed(metric, gain.Value)} {metric.DifferenceWords} ({ScoreText.Signed(metric, gain.Low)} to {ScoreText.Signed(metric, gain.High)})";
    }
}
