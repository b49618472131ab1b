using System.Collections.Immutable;
using TransferLens.Findings;
using TransferLens.Studies;

namespace TransferLens.Analyses;

/// <summary>Words for <see cref="ModelSoup"/>: may these trainings be averaged, and what does the average gain or lose.</summary>
internal static class SoupFindings
{
    /// <summary>One finding for every group with two sound trainings; those of trainings from P answer a question.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<GroupSoup> soups) =>
        [.. soups.Where(soup => soup.Result is not null).SelectMany(soup => Findings.Finding.On(soup.Group.Target, Finding(soup, soup.Result!)))];

    private static Finding Finding(GroupSoup soup, SoupResult result)
    {
        var pretrained = soup.Group.Initialization == Initialization.Pretrained;
        var (mean, best) = (result.Soup.GainOverMean, result.Soup.GainOverBest);
        var which = $"{result.Members.Length} trainings of {soup.Group.Label} on {soup.Group.Target}";
        var together = $"averaging their predictions instead, {Percent(result.Ensemble.Accuracy)}";
        if (!soup.Learned)
        {
            return New($"Nothing can be said of averaging the {which}: not all of them are right more often than naming the largest class would be.", false, null);
        }

        var (sentence, advice) = mean.IsPositive
            ? ($"Averaging the weights of {which} gains {Points(mean.Value)} points over the mean of the members ({Range(mean)}): the average is right on {Percent(result.Soup.Accuracy)}, {Best()}; {together}.",
                $"They may be averaged: use {soup.File}.safetensors of this run's checkpoints, which costs one network, instead of any single training.")
            : mean.IsNegative
            ? ($"Averaging the weights of {which} loses {Points(-mean.Value)} points against the mean of the members ({Range(mean)}): the average is right on {Percent(result.Soup.Accuracy)}, the members on {Percent(result.Mean)}; {together}.",
                "Do not average their weights; " + (result.Ensemble.GainOverMean.IsPositive
                    ? "where several forward passes are affordable, average their predictions." : "use one of them."))
            : ($"Neither gain nor loss was seen from averaging the weights of {which}: the average is right on {Percent(result.Soup.Accuracy)}, the members on {Percent(result.Mean)}, a difference of {Signed(mean.Value)} points ({Range(mean)}); {together}.",
                $"They may be averaged as far as these test pictures show, which leave a loss of up to {Points(Math.Max(0, -mean.Low))} points open; {soup.File}.safetensors is the average, but do not expect a gain from it.");
        return New(sentence, mean.IsPositive || mean.IsNegative, advice);

        string Best() => best.IsPositive ? $"and gains {Points(best.Value)} over the best of them too"
            : best.IsNegative ? $"but {Points(-best.Value)} below the best of them, which was chosen on these pictures"
            : $"{Signed(best.Value)} against the best of them, which is within the uncertainty";

        Finding New(string words, bool seen, string? advised) => new(
            "model_soup", words, seen ? Confidence.Medium : Confidence.Low,
            [
                result.Soup.Accuracy.Evidence($"accuracy of the average of {soup.Group.Label}{(result.Recalibrated is null ? "" : ", recalibrated")}", "accuracy"),
                result.Mean.Evidence($"mean accuracy of the {result.Members.Length} members", "accuracy"),
                mean.Evidence("gain of the average over the mean of the members", "accuracy difference"),
                best.Evidence($"gain over the best member on the test pictures, {soup.Members[result.Best].Label}", "accuracy difference"),
                result.Ensemble.Accuracy.Evidence("accuracy of the ensemble of the same members", "accuracy"),
                result.Ensemble.GainOverMean.Evidence("gain of the ensemble over the mean of the members", "accuracy difference"),
                .. result.Recalibrated is null || result.Raw.Accuracy.Value == result.Recalibrated.Accuracy.Value ? [] : new[] { result.Raw.Accuracy.Evidence("accuracy of the average, statistics averaged and not recalibrated", "accuracy") },
            ], pretrained ? advised : null)
        {
            Question = pretrained ? Question.Averaging : null,
        };
    }

    private static string Percent(Estimate value) => $"{100 * value.Value:0.0} %";

    private static string Points(double value) => $"{100 * value:0.0}";

    private static string Signed(double value) => $"{100 * value:+0.0;-0.0;0.0}";

    private static string Range(Estimate value) => $"{Signed(value.Low)} to {Signed(value.High)}";
}
