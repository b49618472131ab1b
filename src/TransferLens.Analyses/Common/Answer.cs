using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Common;

/// <summary>What a classifier says about one image.</summary>
/// <param name="Label">The class of its largest logit; one that is not a number counts as largest, as in PyTorch.</param>
/// <param name="Probabilities">Softmax of the logits.</param>
internal readonly record struct Answer(int Label, double[] Probabilities)
{
    /// <summary>Probability of the answer; null when it is undefined: a logit is not a number, or infinite.</summary>
    public double? Confidence => double.IsFinite(Probabilities[Label]) ? Probabilities[Label] : null;

    /// <summary>The answer about one of the images that a network was evaluated on.</summary>
    public static Answer Of(EvaluationResult evaluation, int image)
    {
        var logits = evaluation.Logits.AsSpan(image * evaluation.Classes, evaluation.Classes);
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

    /// <summary>The class with the largest mean probability; networks that say nothing finite are left out, and where all do, the last one's answer stands.</summary>
    public static int Together(params ReadOnlySpan<Answer> answers) =>
        Mean(answers) is { } mean ? mean.IndexOf(mean.Max()) : answers[^1].Label;

    /// <summary>The mean of the probabilities; networks that say nothing finite are left out; null where all do.</summary>
    public static List<double>? Mean(params ReadOnlySpan<Answer> answers)
    {
        var (sum, count) = (new double[answers[0].Probabilities.Length], 0);
        foreach (var answer in answers)
        {
            if (answer.Confidence is not null)
            {
                count++;
                for (var c = 0; c < sum.Length; c++)
                {
                    sum[c] += answer.Probabilities[c];
                }
            }
        }

        return count == 0 ? null : [.. sum.Select(value => value / count)];
    }
}
