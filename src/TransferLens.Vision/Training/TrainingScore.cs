using TransferLens.Vision.Evaluation;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>The score of the training images during a pass, while the weights change.</summary>
internal abstract class TrainingScore
{
    /// <summary>The score of all batches so far; null if it is undefined.</summary>
    public abstract double? Value { get; }

    /// <summary>The numbers of a batch that the score needs, on the device of the logits.</summary>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">Labels of the images, on the same device.</param>
    /// <param name="others">Labels of the images that they were blended with.</param>
    /// <returns>One-dimensional, in float64.</returns>
    public abstract Tensor Measure(Tensor logits, Tensor labels, Tensor others);

    /// <summary>Adds a batch.</summary>
    /// <param name="measured">What <see cref="Measure"/> returned.</param>
    /// <param name="images">Number of its images.</param>
    /// <param name="share">Weight of the images' own labels, in [0, 1]; 1 without mixup.</param>
    public abstract void Add(ReadOnlySpan<double> measured, int images, double share);
}

/// <summary>Accuracy. A blended image counts as correct by the weight of each label.</summary>
internal sealed class RunningAccuracy : TrainingScore
{
    private double correct;
    private long count;

    public override double? Value => correct / count;

    // The numbers of images whose prediction is their label, and the other label.
    public override Tensor Measure(Tensor logits, Tensor labels, Tensor others)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var predicted = logits.argmax(1);
        return stack([predicted.eq(labels).sum(), predicted.eq(others).sum()])
            .to(ScalarType.Float64)
            .MoveToOuterDisposeScope();
    }

    public override void Add(ReadOnlySpan<double> measured, int images, double share)
    {
        var matches = measured[0];
        correct += share < 1 ? (matches * share) + (measured[1] * (1 - share)) : matches;
        count += images;
    }
}

/// <summary>
/// Mean AUC. A blended image counts as positive by the weight of the label, and as negative by the rest.
/// </summary>
/// <param name="labels">Number of labels.</param>
internal sealed class RunningAuc(int labels) : TrainingScore
{
    private readonly List<float>[] scores = [.. Enumerable.Range(0, labels).Select(_ => new List<float>())];
    private readonly List<double>[] positives = [.. Enumerable.Range(0, labels).Select(_ => new List<double>())];

    public override double? Value
    {
        get
        {
            var aucs = scores.Select((values, label) => Auc.Weighted(values.ToArray(), positives[label].ToArray()));
            var defined = aucs.OfType<double>().ToList();
            return defined.Count > 0 ? defined.Average() : null;
        }
    }

    // Logits, labels and other labels, each image by image.
    public override Tensor Measure(Tensor logits, Tensor labels, Tensor others)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return cat([.. new[] { logits, labels, others }.Select(part => part.detach().flatten().to(ScalarType.Float64))])
            .MoveToOuterDisposeScope();
    }

    public override void Add(ReadOnlySpan<double> measured, int images, double share)
    {
        var values = measured.Length / 3;
        for (var i = 0; i < values; i++)
        {
            var (label, first, second) = (i % scores.Length, measured[values + i], measured[(2 * values) + i]);
            scores[label].Add((float)measured[i]);
            positives[label].Add((share * first) + ((1 - share) * second));
        }
    }
}
