using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Common;

/// <summary>
/// An ensemble of networks on multi-label images: for each label the mean of their probabilities, each the logistic
/// function of a logit. Logits that are not finite are left out of the mean.
/// </summary>
internal static class LabelEnsemble
{
    /// <summary>
    /// The evaluation of the ensemble. Its logits are those of the mean probabilities; NaN where no network has a
    /// finite logit.
    /// </summary>
    /// <param name="members">The evaluations of at least one network, all on the same images and labels.</param>
    /// <param name="labels">The images' labels.</param>
    public static EvaluationResult Of(IReadOnlyList<EvaluationResult> members, ImageLabels labels)
    {
        var (first, loss) = (members[0], 0.0);
        var logits = new float[first.Logits.Length];
        for (var at = 0; at < logits.Length; at++)
        {
            double[] finite = [.. members.Select(member => (double)member.Logits[at]).Where(double.IsFinite)];
            var (yes, no) = (
                LogSum(finite.Select(LogProbability)),
                LogSum(finite.Select(logit => LogProbability(-logit)))
            );
            logits[at] = (float)(yes - no);
            loss -= (labels.Has(at / first.Classes, at % first.Classes) ? yes : no) - Math.Log(finite.Length);
        }

        var together = first with { Loss = loss / logits.Length, Logits = logits };
        return together with { Score = ImageScore.Of(together, labels).Value };
    }

    /// <summary>The logistic function.</summary>
    public static double Probability(double logit) => 1 / (1 + Math.Exp(-logit));

    // The logarithm of the logistic function; finite also where the function underflows.
    private static double LogProbability(double logit) => Math.Min(logit, 0) - Math.Log(1 + Math.Exp(-Math.Abs(logit)));

    // Logarithm of the sum of exponentials; NaN for none.
    private static double LogSum(IEnumerable<double> logarithms)
    {
        double[] all = [.. logarithms];
        var largest = all.Length == 0 ? double.NaN : all.Max();
        return largest + Math.Log(all.Sum(one => Math.Exp(one - largest)));
    }
}
