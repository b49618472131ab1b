using System.Text.Json.Nodes;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Scores of a pair that can be computed on resamples of the images.</summary>
/// <param name="Consistency">Its error consistency.</param>
/// <param name="Ensemble">The score of its ensemble, by the images' default metric.</param>
internal sealed record PairScores(ImageScore Consistency, ImageScore Ensemble)
{
    /// <summary>Their samples.</summary>
    public PairSamples Sample() => new(ScoreSample.FromScore(Consistency), ScoreSample.FromScore(Ensemble));
}

/// <summary>The samples of <see cref="PairScores"/>.</summary>
/// <param name="Consistency">Of the error consistency.</param>
/// <param name="Ensemble">Of the score of the ensemble.</param>
internal sealed record PairSamples(ScoreSample Consistency, ScoreSample Ensemble)
{
    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static PairSamples Read(JsonObject document) =>
        new(ScoreFile.Read(document, nameof(Consistency)), ScoreFile.Read(document, nameof(Ensemble)));

    /// <summary>Their form among the partial results of a task.</summary>
    public JsonObject ToJson() =>
        new()
        {
            [nameof(Consistency)] = ScoreFile.Encode(Consistency),
            [nameof(Ensemble)] = ScoreFile.Encode(Ensemble),
        };
}

/// <summary>
/// What <c>scores.json</c> of a task of the kind <c>mistakes</c> contains, all on the same resamples: for each run its
/// score by the images' default metric and its share of correct decisions, for each pair its error consistency and the
/// score of its ensemble. Means over runs and pairs, and their uncertainty, follow from these.
/// </summary>
internal static class MistakeScores
{
    /// <summary>The scores by name.</summary>
    /// <param name="runs">The evaluations by role.</param>
    /// <param name="pairs">The scores of the pairs, in their order.</param>
    /// <param name="labels">The images' labels.</param>
    public static IEnumerable<(string Name, ScoreSample Score)> Of(
        IReadOnlyDictionary<string, EvaluationResult> runs,
        IEnumerable<PairSamples> pairs,
        ImageLabels labels
    )
    {
        foreach (var (role, evaluation) in runs.OrderBy(run => run.Key, StringComparer.Ordinal))
        {
            var correct = ScoreSample.FromScore(Common.Decisions.Correct(evaluation, labels));
            yield return (Correct(role), correct);
            yield return (
                Default(role),
                labels.IsMultiLabel ? ScoreSample.FromScore(MeanAuc.Of(evaluation.Logits, labels)) : correct
            );
        }

        foreach (var (i, pair) in pairs.Index())
        {
            yield return (Consistency(i), pair.Consistency);
            yield return (Ensemble(i), pair.Ensemble);
        }
    }

    /// <summary>The share of a run's decisions that are correct.</summary>
    public static ScoreSample ReadCorrect(JsonNode scores, string role) => ScoreFile.Read(scores, Correct(role));

    /// <summary>The error consistency of a pair; undefined where it is not finite.</summary>
    public static ScoreSample ReadConsistency(JsonNode scores, int pair) => ScoreFile.Read(scores, Consistency(pair));

    /// <summary>The score of a pair's ensemble minus the mean of its members.</summary>
    public static ScoreSample ReadEnsembleGain(JsonNode scores, int pair, string first, string second) =>
        ScoreSample.Combine(
            [
                ScoreFile.Read(scores, Ensemble(pair)),
                ScoreFile.Read(scores, Default(first)),
                ScoreFile.Read(scores, Default(second)),
            ],
            [1, -0.5, -0.5]
        );

    private static string Correct(string role) => $"{role}, correct decisions";

    private static string Default(string role) => $"{role}, score";

    private static string Consistency(int pair) => $"pair {pair}, error consistency";

    private static string Ensemble(int pair) => $"pair {pair}, ensemble";
}
