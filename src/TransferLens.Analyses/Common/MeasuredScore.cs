using System.Text.Json.Nodes;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Common;

/// <summary>The score of an evaluation, as its <c>result.json</c> tells it.</summary>
internal static class MeasuredScore
{
    /// <summary>The score with its 95 % bootstrap interval over images.</summary>
    /// <param name="evaluation">What the evaluation left.</param>
    public static Estimate Of(JsonNode evaluation)
    {
        var key = Metric.Of(evaluation).Key;
        return new((double)evaluation[key]!, (double)evaluation[$"{key}_low"]!, (double)evaluation[$"{key}_high"]!);
    }

    /// <summary>The lower end of that interval.</summary>
    /// <param name="evaluation">What the evaluation left.</param>
    public static double Low(JsonNode evaluation) => (double)evaluation[$"{Metric.Of(evaluation).Key}_low"]!;

    /// <summary>The score of who has learned nothing: the share of the largest class, or an AUC of 0.5.</summary>
    /// <param name="evaluation">What the evaluation left.</param>
    public static double Chance(JsonNode evaluation) =>
        Metric.Of(evaluation) == Metric.Auc ? 0.5 : (double?)evaluation["largest_class"] ?? 0;

    /// <summary>Whether the score is above that, beyond what the images leave uncertain.</summary>
    /// <param name="evaluation">What the evaluation left.</param>
    public static bool IsBeyondChance(JsonNode evaluation) => Low(evaluation) > Chance(evaluation);
}
