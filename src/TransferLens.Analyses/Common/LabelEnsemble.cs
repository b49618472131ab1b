using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Common;

/// <summary>
/// Several networks on images that may show several labels, together: for each label the mean of their probabilities, which is
/// the logistic function of each logit. A network whose logit is not finite is left out of that mean.
/// </summary>
internal static class LabelEnsemble
{
    /// <summary>What they do together, as one network: its logits are those of the mean probabilities, NaN where no network says anything finite.</summary>
    /// <param name="members">At least one; on the same images and labels.</param>
    /// <param name="labels">What the images show.</param>
    public static EvaluationResult Of(IReadOnlyList<EvaluationResult> members, ImageLabels labels)
    {
        var (first, loss) = (members[0], 0.0);
        var logits = new float[first.Logits.Length];
        for (var at = 0; at < logits.Length; at++)
        {
            double[] said = [.. members.Select(member => (double)member.Logits[at]).Where(double.IsFinite)];
            var (yes, no) = (LogSum(said.Select(LogProbability)), LogSum(said.Select(logit => LogProbability(-logit))));
            logits[at] = (float)(yes - no);
            loss -= (labels.Has(at / first.Classes, at % first.Classes) ? yes : no) - Math.Log(said.Length);
        }

        var together = first with { Loss = loss / logits.Length, Logits = logits };
        return together with { Score = ImageScore.Of(together, labels).Value };
    }

    /// <summary>The logistic function.</summary>
    public static double Probability(double logit) => 1 / (1 + Math.Exp(-logit));

    // Its logarithm, also where it is too small for a double.
    private static double LogProbability(double logit) => Math.Min(logit, 0) - Math.Log(1 + Math.Exp(-Math.Abs(logit)));

    // Logarithm of the sum of exponentials; NaN where there is none.
    private static double LogSum(IEnumerable<double> logarithms)
    {
        double[] all = [.. logarithms];
        var largest = all.Length == 0 ? double.NaN : all.Max();
        return largest + Math.Log(all.Sum(one => Math.Exp(one - largest)));
    }
}
