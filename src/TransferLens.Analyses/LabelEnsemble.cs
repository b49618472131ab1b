using TransferLens.Data;
using TransferLens.Training;

namespace TransferLens.Analyses;

/// <summary>
/// Several networks on pictures that may show several labels, together: for each label the mean of their probabilities, which is
/// the logistic function of each logit. A network whose logit is not finite is left out of that mean.
/// </summary>
internal static class LabelEnsemble
{
    /// <summary>What they do together, as one network: its logits are those of the mean probabilities, NaN where no network says anything finite.</summary>
    /// <param name="members">At least one; on the same pictures and labels.</param>
    /// <param name="labels">What the pictures show.</param>
    public static Evaluation Of(IReadOnlyList<Evaluation> members, PictureLabels labels)
    {
        var (first, loss) = (members[0], 0.0);
        var logits = new float[first.Logits.Length];
        for (var at = 0; at < logits.Length; at++)
        {
            var (yes, no) = (0.0, 0.0);
            foreach (var member in members.Where(member => float.IsFinite(member.Logits[at])))
            {
                yes += Probability(member.Logits[at]);
                no += Probability(-member.Logits[at]);
            }

            logits[at] = (float)Math.Log(yes / no);
            loss -= Math.Log((labels.Has(at / first.Classes, at % first.Classes) ? yes : no) / (yes + no));
        }

        return new(MeanAuc.Of(logits, labels).Value, loss / logits.Length, first.Examples, logits, first.Classes);
    }

    /// <summary>The logistic function.</summary>
    public static double Probability(double logit) => 1 / (1 + Math.Exp(-logit));
}
