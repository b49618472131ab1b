using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>
/// Decides what the soups support: may these models be averaged, and what does the average gain or lose.
/// </summary>
internal static class SoupFindings
{
    /// <summary>One finding for every group with two members; those of runs from P answer a question.</summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<GroupSoup> soups) =>
        [
            .. soups
                .Where(soup => soup.Soup is not null)
                .SelectMany(soup => Finding.On(soup.Target, Find(soup, soup.Soup!))),
        ];

    private static Finding Find(GroupSoup soup, SoupResult result)
    {
        var runs = SoupWords.Runs(result.Members.Length, soup.Group.Label, soup.Target);
        if (!soup.Learned)
        {
            return Create(soup, result, false, SoupWords.NoVerdict(runs, soup.Metric), null, null);
        }

        var gain = result.Soup.GainOverMean;
        var scores = SoupWords.Scores(soup.Metric, result.Soup.Score, result.Mean, result.Ensemble.Score);
        if (gain.IsPositive)
        {
            return Create(
                soup,
                result,
                true,
                SoupWords.Gains(runs, soup.Metric, gain),
                $"{scores} {Best(soup, result.Soup.GainOverBest)}",
                SoupWords.UseSoup(soup.Checkpoint!)
            );
        }

        if (gain.IsNegative)
        {
            var ensembleGains = result.Ensemble.GainOverMean.IsPositive;
            return Create(
                soup,
                result,
                true,
                SoupWords.Loses(runs, soup.Metric, gain),
                scores,
                ensembleGains ? SoupWords.AveragePredictions : SoupWords.UseOne
            );
        }

        return Create(
            soup,
            result,
            false,
            SoupWords.NoDifference(runs, soup.Metric, gain),
            $"{SoupWords.UndetectedLoss(soup.Metric, Math.Max(0, -gain.Low))}{scores}",
            SoupWords.ExpectNoGain(soup.Checkpoint!)
        );
    }

    private static string Best(GroupSoup soup, Estimate gain)
    {
        if (gain.IsPositive)
        {
            return SoupWords.AlsoBeatsBest(soup.Metric, gain);
        }

        return gain.IsNegative
            ? SoupWords.BelowBest(soup.Metric, gain)
            : SoupWords.NoDifferenceFromBest(soup.Metric, gain);
    }

    private static Finding Create(
        GroupSoup soup,
        SoupResult result,
        bool detected,
        string sentence,
        string? detail,
        string? advice
    )
    {
        var pretrained = soup.Group.Initialization == Initialization.Pretrained;
        return new(
            "model_soup",
            sentence,
            detected ? Confidence.Medium : Confidence.Low,
            [.. Evidence(soup, result)],
            pretrained ? advice : null
        )
        {
            Detail = detail,
            Question = pretrained ? Question.Averaging : null,
        };
    }

    private static IEnumerable<Evidence> Evidence(GroupSoup soup, SoupResult result)
    {
        var (score, difference) = (soup.Metric.ScoreKey, soup.Metric.DifferenceUnit);
        var (average, best) = (result.Soup, soup.Members[result.Best]);
        var recalibrated = result.Recalibrated is not null;
        yield return average.Score.Evidence(SoupWords.Average(soup.Metric, soup.Group.Label, recalibrated), score);
        yield return result.Mean.Evidence(SoupWords.MeanOf(soup.Metric, result.Members.Length), score);
        yield return average.GainOverMean.Evidence(SoupWords.GainOverMean, difference);
        yield return average.GainOverBest.Evidence(SoupWords.GainOverBest(soup.Metric, best), difference);
        yield return result.Ensemble.Score.Evidence(SoupWords.Ensemble(soup.Metric), score);
        yield return result.Ensemble.GainOverMean.Evidence(SoupWords.EnsembleGain, difference);
        if (recalibrated && result.Raw.Score.Value != average.Score.Value)
        {
            yield return result.Raw.Score.Evidence(SoupWords.RawAverage(soup.Metric), score);
        }
    }
}
