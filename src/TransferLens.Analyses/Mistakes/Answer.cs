using TransferLens.Training;

namespace TransferLens.Analyses;

/// <summary>What a classifier says about one picture.</summary>
/// <param name="Label">The class of its largest logit; one that is not a number counts as largest, as in PyTorch.</param>
/// <param name="Probabilities">Softmax of the logits.</param>
internal readonly record struct Answer(int Label, double[] Probabilities)
{
    /// <summary>Probability of the answer; null when it is undefined: a logit is not a number, or infinite.</summary>
    public double? Confidence => double.IsFinite(Probabilities[Label]) ? Probabilities[Label] : null;

    /// <summary>The answer about one of the pictures that a network was evaluated on.</summary>
    public static Answer Of(Evaluation evaluation, int picture)
    {
        var logits = evaluation.Logits.AsSpan(picture * evaluation.Classes, evaluation.Classes);
        var (best, probabilities, sum) = (0, new double[logits.Length], 0.0);
        for (var c = 1; c < logits.Length && !float.IsNaN(logits[best]); c++)
        {
            best = logits[c] > logits[best] || float.IsNaN(logits[c]) ? c : best;
        }

        for (var c = 0; c < logits.Length; c++)
        {
            sum += probabilities[c] = Math.Exp((double)logits[c] - logits[best]);
        }

        for (var c = 0; c < logits.Length; c++)
        {
            probabilities[c] /= sum;
        }

        return new(best, probabilities);
    }

    /// <summary>The class with the largest mean probability; with a network that says nothing finite, the other's answer.</summary>
    public static int Together(Answer first, Answer second)
    {
        if (first.Confidence is null || second.Confidence is null)
        {
            return first.Confidence is null ? second.Label : first.Label;
        }

        var best = 0;
        for (var c = 1; c < first.Probabilities.Length; c++)
        {
            best = first.Probabilities[c] + second.Probabilities[c] > first.Probabilities[best] + second.Probabilities[best] ? c : best;
        }

        return best;
    }
}
