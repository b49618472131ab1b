using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Words for <see cref="SoupMeasurement"/>: may these trainings be averaged, and what does the average gain or lose.</summary>
internal static class SoupFindings
{
    /// <summary>One finding for every group with two sound trainings; those of trainings from P answer a question.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<GroupSoup> soups) =>
        [
            .. soups
                .Where(soup => soup.Result is not null)
                .SelectMany(soup => Studies.Findings.Finding.On(soup.Group.Target, Finding(soup, soup.Result!))),
        ];

    private static Finding Finding(GroupSoup soup, SoupResult result)
    {
        var pretrained = soup.Group.Initialization == Initialization.Pretrained;
        var metric = soup.Group.Metric;
        var reaches = metric.Reaches;
        var on = reaches.EndsWith(" on", StringComparison.Ordinal) ? "on " : "one of ";
        var (mean, best) = (result.Soup.GainOverMean, result.Soup.GainOverBest);
        var which = $"{result.Members.Length} trainings of {soup.Group.Label} on {soup.Group.Target}";
        var together = $"averaging their predictions instead, {Percent(result.Ensemble.Score)}";
        if (!soup.Learned)
        {
            return New(
                $"Nothing can be said of averaging the {which}: not all of them are {metric.BeyondChance}.",
                false,
                null
            );
        }

        var (sentence, advice) =
            mean.IsPositive
                ? (
                    $"Averaging the weights of {which} gains {metric.Difference(mean.Value)} over the mean of the members ({Range(mean)}): the average {reaches} {Percent(result.Soup.Score)}, {Best()}; {together}.",
                    $"They may be averaged: use {soup.File}.safetensors of this run's checkpoints, which costs one network, instead of any single training."
                )
            : mean.IsNegative
                ? (
                    $"Averaging the weights of {which} loses {metric.Difference(-mean.Value)} against the mean of the members ({Range(mean)}): the average {reaches} {Percent(result.Soup.Score)}, the members {on}{Percent(result.Mean)}; {together}.",
                    "Do not average their weights; "
                        + (
                            result.Ensemble.GainOverMean.IsPositive
                                ? "where several forward passes are affordable, average their predictions."
                                : "use one of them."
                        )
                )
            : (
                $"Neither gain nor loss was seen from averaging the weights of {which}: the average {reaches} {Percent(result.Soup.Score)}, the members {on}{Percent(result.Mean)}, a difference of {Signed(mean.Value)} {metric.DifferenceWords} ({Range(mean)}); {together}.",
                $"They may be averaged as far as these test images show, which leave a loss of up to {metric.Difference(Math.Max(0, -mean.Low))} open; {soup.File}.safetensors is the average, but do not expect a gain from it."
            );
        return New(sentence, mean.IsPositive || mean.IsNegative, advice);

        string Best() =>
            best.IsPositive ? $"and gains {metric.Plain(best.Value)} over the best of them too"
            : best.IsNegative
                ? $"but {metric.Plain(-best.Value)} below the best of them, which was chosen on these images"
            : $"{Signed(best.Value)} against the best of them, which is within the uncertainty";

        Finding New(string words, bool seen, string? advised) =>
            new(
                "model_soup",
                words,
                seen ? Confidence.Medium : Confidence.Low,
                [
                    result.Soup.Score.Evidence(
                        $"{metric.Name} of the average of {soup.Group.Label}{(result.Recalibrated is null ? "" : ", recalibrated")}",
                        metric.ScoreKey
                    ),
                    result.Mean.Evidence($"{metric.MeanName} of the {result.Members.Length} members", metric.ScoreKey),
                    mean.Evidence("gain of the average over the mean of the members", metric.DifferenceUnit),
                    best.Evidence(
                        $"gain over the best member on the test images, {soup.Members[result.Best].Label}",
                        metric.DifferenceUnit
                    ),
                    result.Ensemble.Score.Evidence(
                        $"{metric.Name} of the ensemble of the same members",
                        metric.ScoreKey
                    ),
                    result.Ensemble.GainOverMean.Evidence(
                        "gain of the ensemble over the mean of the members",
                        metric.DifferenceUnit
                    ),
                    .. result.Recalibrated is null || result.Raw.Score.Value == result.Recalibrated.Score.Value
                        ? []
                        : new[]
                        {
                            result.Raw.Score.Evidence(
                                $"{metric.Name} of the average, statistics averaged and not recalibrated",
                                metric.ScoreKey
                            ),
                        },
                ],
                pretrained ? advised : null
            )
            {
                Question = pretrained ? Question.Averaging : null,
            };

        string Percent(Estimate value) => metric.Number(value.Value);

        string Signed(double value) => metric.Signed(value);

        string Range(Estimate value) => $"{Signed(value.Low)} to {Signed(value.High)}";
    }
}
