using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Common;

/// <summary>Reads scores from the <c>result.json</c> of an evaluation.</summary>
internal static class MeasuredScore
{
    /// <summary>The score with its 95 % bootstrap interval over images.</summary>
    /// <param name="evaluation">The evaluation's <c>result.json</c>.</param>
    public static Estimate Of(JsonNode evaluation)
    {
        var key = Metric.ReadFrom(evaluation).JsonKey;
        return new((double)evaluation[key]!, (double)evaluation["low"]!, (double)evaluation["high"]!);
    }

    /// <summary>The lower end of that interval.</summary>
    /// <param name="evaluation">The evaluation's <c>result.json</c>.</param>
    public static double Low(JsonNode evaluation) => (double)evaluation["low"]!;

    /// <summary>The score of a network that learned nothing, for example the share of the largest class.</summary>
    /// <param name="evaluation">The evaluation's <c>result.json</c>.</param>
    public static double Chance(JsonNode evaluation) =>
        (double?)evaluation["chance"]
        ?? (Metric.ReadFrom(evaluation) == DeclaredMetrics.MeanAuc ? 0.5 : (double?)evaluation["largestClass"] ?? 0);

    /// <summary>
    /// Whether a run learned something: its final test score is above the one before training by more than its interval
    /// over images. If its curve has another metric, the final score is compared with <see cref="Chance"/>.
    /// </summary>
    /// <param name="trained">The training task's <c>result.json</c>.</param>
    /// <param name="evaluation">The evaluation's <c>result.json</c>.</param>
    public static bool HasLearned(JsonNode trained, JsonNode evaluation) =>
        (double?)trained["epochs"]![0]![Metric.ReadFrom(evaluation).JsonKeyAfter("test")] is { } initial
            ? Low(evaluation) > initial
            : IsBeyondChance(evaluation);

    /// <summary>Whether the whole interval of the score is above <see cref="Chance"/>.</summary>
    /// <param name="evaluation">The evaluation's <c>result.json</c>.</param>
    public static bool IsBeyondChance(JsonNode evaluation) => Low(evaluation) > Chance(evaluation);
}
