using TransferLens.Vision.Evaluation;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>The score of the training images during a pass, while the weights change.</summary>
internal abstract class TrainingScore
{
    /// <summary>The score of all batches so far; null if it is undefined.</summary>
    public abstract double? Value { get; }

    /// <summary>Adds a batch.</summary>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">Labels of the images.</param>
    /// <param name="others">Labels of the images that they were blended with.</param>
    /// <param name="share">Weight of <paramref name="labels"/>, in [0, 1]; 1 without mixup.</param>
    public abstract void Add(Tensor logits, Tensor labels, Tensor others, double share);
}

/// <summary>Accuracy. A blended image counts as correct by the weight of each label.</summary>
internal sealed class RunningAccuracy : TrainingScore
{
    private double correct;
    private long count;

    public override double? Value => correct / count;

    public override void Add(Tensor logits, Tensor labels, Tensor others, double share)
    {
        using var scope = NewDisposeScope();
        var predicted = logits.argmax(1);
        var matches = (double)predicted.eq(labels).sum().item<long>();
        correct += share < 1 ? (matches * share) + (predicted.eq(others).sum().item<long>() * (1 - share)) : matches;
        count += labels.shape[0];
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

    public override void Add(Tensor logits, Tensor labels, Tensor others, double share)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (values, first, second) = (Flatten(logits), Flatten(labels), Flatten(others));
        for (var i = 0; i < values.Length; i++)
        {
            var label = i % scores.Length;
            scores[label].Add(values[i]);
            positives[label].Add((share * first[i]) + ((1 - share) * second[i]));
        }
    }

    private static float[] Flatten(Tensor tensor) =>
        tensor.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
}
