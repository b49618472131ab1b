using System.Text.Json.Nodes;
using TransferLens.Analyses;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens soup</c> prints.</summary>
internal static class SoupDocument
{
    /// <summary>The document of <c>--json</c>.</summary>
    public static JsonObject Of(SoupResult result, string? recalibratedOn)
    {
        var document = new JsonObject
        {
            ["members"] = new JsonArray([.. result.Members.Select(member => Score(member.Accuracy, member.Loss))]),
            ["best"] = result.Best,
            ["mean"] = result.Mean.ToJson(),
            ["soup"] = Score(result.Soup.Accuracy, result.Soup.Loss),
            ["ensemble"] = Score(result.Ensemble.Accuracy, result.Ensemble.Loss),
            ["gainOverMean"] = result.Soup.GainOverMean.ToJson(),
            ["gainOverBest"] = result.Soup.GainOverBest.ToJson(),
            ["ensembleGainOverMean"] = result.Ensemble.GainOverMean.ToJson(),
            ["ensembleGainOverBest"] = result.Ensemble.GainOverBest.ToJson(),
            ["overEnsemble"] = result.OverEnsemble.ToJson(),
            ["examples"] = result.Examples,
        };
        if (result.Recalibrated is not null)
        {
            document["raw"] = Score(result.Raw.Accuracy, result.Raw.Loss);
            document["recalibratedOn"] = recalibratedOn;
        }

        return document;
    }

    /// <summary>The same for people.</summary>
    public static void Print(SoupResult result, IReadOnlyList<string> files, string? recalibratedOn, int recalibrationPictures, string? saved)
    {
        foreach (var (member, i) in result.Members.Select((member, i) => (member, i)))
        {
            Line($"{i + 1}. {Path.GetFileName(files[i])}", member.Accuracy, member.Loss);
        }

        Line("soup", result.Soup.Accuracy, result.Soup.Loss);
        if (result.Recalibrated is not null)
        {
            Line("soup, not recalibrated", result.Raw.Accuracy, result.Raw.Loss);
        }

        Line("ensemble", result.Ensemble.Accuracy, result.Ensemble.Loss);
        Console.WriteLine($"The soup against the mean of the members: {Gain(result.Soup.GainOverMean)}; against the best, number {result.Best + 1} on these pictures: {Gain(result.Soup.GainOverBest)}; against the ensemble: {Gain(result.OverEnsemble)}.");
        Console.WriteLine("Brackets are 95 % bootstrap intervals over pictures, the same resamples for all; the best member is chosen on the pictures that it is measured on.");
        if (recalibratedOn is not null)
        {
            Console.WriteLine($"Running statistics were recomputed from {recalibratedOn}: {recalibrationPictures} pictures.");
        }

        if (saved is not null)
        {
            Console.WriteLine($"The soup is written to {saved}.");
        }
    }

    private static void Line(string what, Estimate accuracy, double loss) =>
        Console.WriteLine($"{what,-28}{accuracy.Value,8:P2} right ({accuracy.Low:P2} to {accuracy.High:P2}), loss {loss:0.0000}");

    private static string Gain(Estimate gain) => $"{100 * gain.Value:+0.00;-0.00;0.00} points ({100 * gain.Low:+0.00;-0.00;0.00} to {100 * gain.High:+0.00;-0.00;0.00})";

    private static JsonObject Score(Estimate accuracy, double loss) => new()
    {
        ["accuracy"] = accuracy.Value,
        ["loss"] = Json.Number(loss),
        ["low"] = accuracy.Low,
        ["high"] = accuracy.High,
    };
}
