using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The scores of a soup, its members and their ensemble, on the same images.</summary>
/// <param name="Members">The members, at least two.</param>
/// <param name="Soup">The soup as it would be used: recalibrated where it was.</param>
/// <param name="Ensemble">The ensemble.</param>
internal sealed record SoupScores(ImmutableArray<ScoreSample> Members, ScoreSample Soup, ScoreSample Ensemble)
{
    /// <summary>The scores by their names in a task's <c>scores.json</c>.</summary>
    public IEnumerable<(string Name, ScoreSample Score)> Named =>
        [.. Members.Select((member, i) => (Member(i), member)), ("soup", Soup), ("ensemble", Ensemble)];

    /// <summary>Makes them from scores on the same images.</summary>
    public static SoupScores Of(IEnumerable<ImageScore> members, ImageScore soup, ImageScore ensemble) =>
        new(
            [.. members.Select(ScoreSample.FromScore)],
            ScoreSample.FromScore(soup),
            ScoreSample.FromScore(ensemble)
        );

    /// <summary>Reads the <c>scores.json</c> of a task.</summary>
    public static SoupScores Read(JsonNode scores)
    {
        var members = Enumerable.Range(0, int.MaxValue).TakeWhile(i => scores[Member(i)] is not null);
        return new(
            [.. members.Select(i => ScoreFile.Read(scores, Member(i)))],
            ScoreFile.Read(scores, "soup"),
            ScoreFile.Read(scores, "ensemble")
        );
    }

    /// <summary>The gains over the members.</summary>
    /// <param name="best">Index of the member with the best score on these images.</param>
    public SoupGains Gains(int best)
    {
        var mean = ScoreSample.Mean(Members);
        return new(
            OverImages(Soup.Minus(mean)),
            OverImages(Soup.Minus(Members[best])),
            OverImages(Ensemble.Minus(mean))
        );
    }

    // There is one soup: its spread over other seeds is unknown.
    private Effect OverImages(ScoreSample gain) => ScoreContrast.Mean([gain]) with { Runs = Members.Length };

    private static string Member(int i) => $"member {i}";
}

/// <summary>
/// What combining the members gains. The uncertainty is over test images only, since n members make a single soup.
/// </summary>
/// <param name="Soup">Score of the soup minus the mean of the members.</param>
/// <param name="OverBest">Score of the soup minus that of the member that is best on these images.</param>
/// <param name="Ensemble">Score of the ensemble minus the mean of the members.</param>
internal sealed record SoupGains(Effect Soup, Effect OverBest, Effect Ensemble)
{
    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["soupOverMean"] = Soup.ToJson(),
            ["soupOverBest"] = OverBest.ToJson(),
            ["ensembleOverMean"] = Ensemble.ToJson(),
        };
}
