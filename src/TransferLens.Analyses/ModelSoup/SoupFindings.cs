using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>
/// Decides what the soups support: may these models be averaged, and what does the average gain or lose. About their
/// ensemble it gives the number and leaves the verdict to the mistakes.
/// </summary>
internal static class SoupFindings
{
    /// <summary>One finding for every group with two members; those of runs from P answer a question.</summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<GroupSoup> soups) =>
        [
            .. soups
                .Where(soup => soup.Soup is not null)
                .SelectMany(soup => Finding.On(soup.Target, Find(soup, soup.Soup!, soup.Gains!))),
        ];

    private static Finding Find(GroupSoup soup, SoupResult result, SoupGains gains)
    {
        var pretrained = soup.Group.Initialization == Initialization.Pretrained;
        var runs = SoupWords.Runs(result.Members.Length, soup.Group.Label, soup.Target);
        ImmutableArray<Evidence> evidence = [.. Evidence(soup, result, gains)];
        var finding = soup.Learned
            ? new Finding(
                "model_soup",
                SoupWords.Headline(runs, soup.Metric, gains.Soup),
                // There is a single average, whatever the number of its members.
                gains.Soup.Decide() with
                {
                    Runs = 1,
                },
                evidence,
                pretrained ? SoupWords.Action(gains.Soup, soup.Checkpoint!) : null
            )
            {
                Detail = SoupWords.Detail(soup.Metric, result, gains),
            }
            : new Finding("model_soup", SoupWords.NoVerdict(runs, soup.Metric), Confidence.Low, evidence);
        return pretrained
            ? finding with
            {
                Question = Question.Averaging,
                Answer = SoupWords.Answer(soup.Learned ? gains.Soup : null),
            }
            : finding;
    }

    private static IEnumerable<Evidence> Evidence(GroupSoup soup, SoupResult result, SoupGains gains)
    {
        var (score, difference) = (soup.Metric.ScoreKey, soup.Metric.DifferenceUnit);
        var (average, best) = (result.Soup, soup.Members[result.Best]);
        var recalibrated = result.Recalibrated is not null;
        yield return gains.Soup.Evidence(SoupWords.GainOverMean, difference);
        yield return average.Score.Evidence(SoupWords.Average(soup.Metric, soup.Group.Label, recalibrated), score);
        yield return result.Mean.Evidence(SoupWords.MeanOf(soup.Metric, result.Members.Length), score);
        yield return gains.OverBest.Evidence(
            SoupWords.GainOverBest(soup.Metric, best, result.Validation is not null),
            difference
        );
        yield return result.Ensemble.Score.Evidence(SoupWords.Ensemble(soup.Metric), score);
        yield return gains.Ensemble.Evidence(SoupWords.EnsembleGain, difference);
        if (recalibrated && result.Raw.Score.Value != average.Score.Value)
        {
            yield return result.Raw.Score.Evidence(SoupWords.RawAverage(soup.Metric), score);
        }
    }
}
