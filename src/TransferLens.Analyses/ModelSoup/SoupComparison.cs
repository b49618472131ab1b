using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Compares a soup with its members and their ensemble, image by image.</summary>
internal static class SoupComparison
{
    /// <summary>The comparison.</summary>
    /// <param name="members">What the members do on the images, at least two.</param>
    /// <param name="raw">What their average does.</param>
    /// <param name="recalibrated">What it does with recomputed statistics, or null.</param>
    /// <param name="labels">What the images show.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <exception cref="InputException">There are fewer than two members, or they saw other images or know other classes.</exception>
    public static SoupResult Of(
        IReadOnlyList<EvaluationResult> members,
        EvaluationResult raw,
        EvaluationResult? recalibrated,
        ImageLabels labels,
        uint seed
    )
    {
        Check(members, labels);
        var (together, loss) = labels.IsMultiLabel ? Together(members, labels) : Ensemble(members, labels);
        // Columns: the members, their average (raw, then recalibrated where it was), their ensemble.
        ImageScore[] scores =
        [
            .. members
                .Append(raw)
                .Append(recalibrated)
                .OfType<EvaluationResult>()
                .Select(one => ImageScore.Of(one, labels)),
            together,
        ];
        var (n, columns) = (members.Count, scores.Length);
        var best = Enumerable.Range(0, n).MaxBy(i => scores[i].Value);
        var numbers = Bootstrap.Numbers(scores, Statistics, seed);
        return new(
            labels.Count,
            [.. members.Select((member, i) => new SoupMember(At(i), Finite(member.Loss)))],
            best,
            At(columns),
            Score(n, raw.Loss),
            recalibrated is null ? null : Score(n + 1, recalibrated.Loss),
            Score(columns - 1, loss),
            At(numbers.Length - 1)
        );

        // Score of each column; mean of the members; of each column its gain over that mean, then over the best; soup minus ensemble.
        double[] Statistics(double[] sums, double of)
        {
            var mean = sums[..n].Sum();
            return
            [
                .. sums.Select(sum => sum / of),
                mean / (n * of),
                .. sums.Select(sum => ((n * sum) - mean) / (n * of)),
                .. sums.Select(sum => (sum - sums[best]) / of),
                (sums[columns - 2] - sums[columns - 1]) / of,
            ];
        }

        Estimate At(int which) => new(numbers[which].Value, numbers[which].Low, numbers[which].High);

        SoupScore Score(int column, double nats) =>
            new(At(column), Finite(nats), At(columns + 1 + column), At((2 * columns) + 1 + column));
    }

    private static (ImageScore Score, double Loss) Ensemble(IReadOnlyList<EvaluationResult> members, ImageLabels labels)
    {
        var (right, loss) = (new double[labels.Count], 0.0);
        var logits = new List<float>();
        for (var i = 0; i < labels.Count; i++)
        {
            Prediction[] predictions = [.. members.Select(member => Prediction.FromLogits(member, i))];
            var mean = Prediction.MeanProbabilities(predictions);
            right[i] = mean is not null && Prediction.EnsembleLabel(predictions) == labels.Single[i] ? 1 : 0;
            loss -= mean is null ? double.NaN : Math.Log(mean[labels.Single[i]]);
            logits.AddRange(Logarithms(mean, members[0].Classes));
        }

        var together = members[0] with { Logits = [.. logits] };
        return (
            together.Metric is null or AccuracyMetric ? new ImageMean(right) : ImageScore.Of(together, labels),
            loss / labels.Count
        );
    }

    // Logits whose softmax gives the probabilities; a probability of 0 gets the smallest finite logit.
    private static IEnumerable<float> Logarithms(IReadOnlyList<double>? probabilities, int classes) =>
        Enumerable
            .Range(0, classes)
            .Select(c =>
                probabilities is null ? float.NaN : (float)Math.Max(Math.Log(probabilities[c]), float.MinValue)
            );

    private static (ImageScore Score, double Loss) Together(IReadOnlyList<EvaluationResult> members, ImageLabels labels)
    {
        var together = LabelEnsemble.Of(members, labels);
        return (ImageScore.Of(together, labels), together.Loss);
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;

    private static void Check(IReadOnlyList<EvaluationResult> members, ImageLabels labels)
    {
        if (members.Count < 2)
        {
            throw new InputException($"There are weights of {members.Count} training, but a soup takes two at least.");
        }

        if (
            labels.Count == 0
            || members.Any(member => member.Examples != labels.Count || member.Classes != members[0].Classes)
        )
        {
            throw new InputException(
                "The members of a soup must be evaluated on the same images, one at least, and know the same classes."
            );
        }

        if (!labels.Fit(members[0].Classes))
        {
            throw new InputException(
                labels.IsMultiLabel
                    ? $"The images' labels are not the {members[0].Classes} that the networks know."
                    : $"An image has label {labels.Single.First(label => label < 0 || label >= members[0].Classes)}, but the networks know {members[0].Classes} classes; labels are from 0 to {members[0].Classes - 1}."
            );
        }
    }
}
