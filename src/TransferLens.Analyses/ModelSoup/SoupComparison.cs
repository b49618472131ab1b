using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Compares a soup with its members and their ensemble, image by image.</summary>
internal static class SoupComparison
{
    /// <summary>Compares evaluations on the same images.</summary>
    /// <param name="members">Of the members, at least two.</param>
    /// <param name="raw">Of their average.</param>
    /// <param name="recalibrated">Of their average with recomputed statistics, or null.</param>
    /// <param name="labels">The labels of the images.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <exception cref="InputException">
    /// There are fewer than two members, or they were evaluated on other images or classes.
    /// </exception>
    public static SoupResult Compare(
        IReadOnlyList<EvaluationResult> members,
        EvaluationResult raw,
        EvaluationResult? recalibrated,
        ImageLabels labels,
        uint seed
    ) => Measure(members, raw, recalibrated, labels, seed).Result;

    /// <summary>
    /// The same, with the scores that gains and their uncertainty follow from. The members' scores on other images,
    /// where given, choose the best of them.
    /// </summary>
    public static (SoupResult Result, SoupScores Scores) Measure(
        IReadOnlyList<EvaluationResult> members,
        EvaluationResult raw,
        EvaluationResult? recalibrated,
        ImageLabels labels,
        uint seed,
        IReadOnlyList<double>? validation = null
    )
    {
        Check(members, labels);
        var (ensemble, ensembleLoss) = labels.IsMultiLabel
            ? LabelProbabilities(members, labels)
            : Softmax(members, labels);
        // Columns: the members, their average (raw, then recalibrated if measured), their ensemble.
        ImageScore[] scores =
        [
            .. members
                .Append(raw)
                .Append(recalibrated)
                .OfType<EvaluationResult>()
                .Select(one => ImageScore.Of(one, labels)),
            ensemble,
        ];
        var (n, columns) = (members.Count, scores.Length);
        var best = Enumerable.Range(0, n).MaxBy(i => validation?[i] ?? scores[i].Value);
        var numbers = Bootstrap.Numbers(scores, Statistics, seed);
        var result = new SoupResult(
            labels.Count,
            [.. members.Select((member, i) => new SoupMember(At(i), Finite(member.Loss)))],
            best,
            At(columns),
            Score(n, raw.Loss),
            recalibrated is null ? null : Score(n + 1, recalibrated.Loss),
            Score(columns - 1, ensembleLoss),
            At(numbers.Length - 1)
        )
        {
            Validation = validation is null ? null : [.. validation],
        };
        return (result, SoupScores.Of(scores[..n], scores[columns - 2], scores[columns - 1]));

        // In this order: the score of each column; the mean of the members; each column's gain over that mean, then
        // over the best member; soup minus ensemble.
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

    private static (ImageScore Score, double Loss) Softmax(IReadOnlyList<EvaluationResult> members, ImageLabels labels)
    {
        var (correct, loss) = (new double[labels.Count], 0.0);
        var logits = new List<float>();
        for (var i = 0; i < labels.Count; i++)
        {
            Prediction[] predictions = [.. members.Select(member => Prediction.FromLogits(member, i))];
            var (mean, label) = (Prediction.MeanProbabilities(predictions), labels.Single[i]);
            correct[i] = mean is not null && Prediction.EnsembleLabel(predictions) == label ? 1 : 0;
            loss -= mean is null ? double.NaN : Math.Log(mean[label]);
            logits.AddRange(Logarithms(mean, members[0].Classes));
        }

        var ensemble = members[0] with { Logits = [.. logits] };
        ImageScore score = ensemble.Metric is null or AccuracyMetric
            ? new ImageMean(correct)
            : ImageScore.Of(ensemble, labels);
        return (score, loss / labels.Count);
    }

    // Logits whose softmax gives the probabilities; a probability of 0 gets the smallest finite logit.
    private static IEnumerable<float> Logarithms(List<double>? probabilities, int classes) =>
        Enumerable
            .Range(0, classes)
            .Select(c =>
                probabilities is null ? float.NaN : (float)Math.Max(Math.Log(probabilities[c]), float.MinValue)
            );

    private static (ImageScore Score, double Loss) LabelProbabilities(
        IReadOnlyList<EvaluationResult> members,
        ImageLabels labels
    )
    {
        var ensemble = LabelEnsemble.Of(members, labels);
        return (ImageScore.Of(ensemble, labels), ensemble.Loss);
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;

    private static void Check(IReadOnlyList<EvaluationResult> members, ImageLabels labels)
    {
        if (members.Count < 2)
        {
            throw new InputException(
                $"There are weights of {members.Count} model, but a soup needs those of at least two."
            );
        }

        var classes = members[0].Classes;
        if (labels.Count == 0 || members.Any(member => member.Examples != labels.Count || member.Classes != classes))
        {
            throw new InputException(
                "The members of a soup must be evaluated on the same images, at least one, and have the same classes."
            );
        }

        if (labels.FitClasses(classes))
        {
            return;
        }

        throw new InputException(
            labels.IsMultiLabel
                ? $"The networks have {classes} labels, but the images have another number."
                : $"An image has label {labels.Single.First(label => label < 0 || label >= classes)}, "
                    + $"but the networks have {classes} classes. Labels must be from 0 to {classes - 1}."
        );
    }
}
