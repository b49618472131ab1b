using System.Collections.Immutable;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Common;

/// <summary>A score of a model on the test images, and on the validation images where a target has some.</summary>
/// <param name="Test">On the test images.</param>
/// <param name="Validation">On the validation images; null without.</param>
internal sealed record ChoiceScore(double Test, double? Validation);

/// <summary>The best of several models: by validation images where all were scored on some, else by test images.
/// </summary>
/// <param name="Index">Index of the best, the first of equals.</param>
/// <param name="OnValidation">Whether validation images chose.</param>
/// <param name="Count">Number of models.</param>
internal sealed record BestOf(int Index, bool OnValidation, int Count)
{
    /// <summary>Whether the test score of the best is optimistic: it was chosen by it among several.</summary>
    public bool ChosenOnTestImages => Count > 1 && !OnValidation;

    /// <summary>Chooses.</summary>
    /// <param name="scores">At least one.</param>
    public static BestOf Choose(ImmutableArray<ChoiceScore> scores)
    {
        var onValidation = scores.All(score => score.Validation is not null);
        var best = Enumerable.Range(0, scores.Length).MaxBy(i => onValidation ? scores[i].Validation : scores[i].Test);
        return new(best, onValidation, scores.Length);
    }

    /// <summary>The choice in words, for example <c>best accuracy of 4 runs on the validation images</c>.</summary>
    /// <param name="metric">The metric that chose.</param>
    /// <param name="one">What a single one is called, for example <c>run</c>.</param>
    /// <param name="many">What several are called.</param>
    public string Words(Metric metric, string one = "run", string many = "runs") =>
        (Count, OnValidation) switch
        {
            (1, _) => $"the only {one}",
            (_, true) => $"best {metric.Name} of {Count} {many} on the validation images",
            _ => $"best {metric.Name} of {Count} {many} on the test images, so its score is optimistic",
        };
}
