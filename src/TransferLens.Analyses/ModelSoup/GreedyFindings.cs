using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Words = TransferLens.Analyses.ModelSoup.SoupWords.Greedy;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>
/// Decides what the greedy soups support: what they gain over the best run, and whether barriers foretold the refusals.
/// </summary>
internal static class GreedyFindings
{
    private const string Analysis = "model_soup";

    /// <summary>One finding for every greedy soup.</summary>
    public static IEnumerable<Finding> Find(ImmutableArray<TargetGreedy> soups) =>
        soups
            .Where(soup => soup.Greedy is not null)
            .SelectMany(soup => Finding.On(soup.Target, Find(soup, soup.Greedy!)));

    private static Finding Find(TargetGreedy soup, GreedySoup greedy)
    {
        ImmutableArray<Evidence> evidence = [.. Evidence(soup, greedy)];
        var finding = (soup.Learned, soup.Gains) switch
        {
            (false, _) => new Finding(Analysis, Words.NoVerdict(soup), Confidence.Low, evidence),
            (_, null) => new Finding(Analysis, Words.Alone(soup), Confidence.Low, evidence, Words.KeepBest),
            (_, { OverBest: var gain }) => new Finding(
                Analysis,
                Words.Headline(soup, gain),
                // There is a single greedy soup, whatever the number of its members.
                gain.Decide() with
                {
                    Runs = 1,
                },
                evidence,
                Words.Action(gain, soup.Checkpoint!)
            ),
        };
        return finding with
        {
            Detail = Words.Detail(soup, greedy),
            Question = Question.Averaging,
            Answer = Words.Answer(soup),
        };
    }

    private static IEnumerable<Evidence> Evidence(TargetGreedy soup, GreedySoup greedy)
    {
        var (score, difference) = (soup.Metric.ScoreKey, soup.Metric.DifferenceUnit);
        if (soup is { Soup: { } result, Gains: { } gains })
        {
            yield return gains.OverBest.Evidence(Words.Gain(soup.Added[result.Best]), difference);
            yield return result.Soup.Score.Evidence(Words.Score(soup.Metric, result.Recalibrated is not null), score);
            yield return result
                .Members[result.Best]
                .Score.Evidence(Words.Best(soup.Metric, soup.Added[result.Best]), score);
            yield return result.Ensemble.Score.Evidence(SoupWords.Ensemble(soup.Metric), score);
        }

        yield return new(Words.OnValidation(soup.Metric), greedy.Validation, null, null, score);
        foreach (var step in greedy.Tried.Where(step => step.Barrier is not null))
        {
            yield return new(
                Words.BarrierOf(soup.Runs[step.Member].Label, step.Added),
                step.Barrier!.Value,
                null,
                null,
                difference
            );
        }
    }
}
