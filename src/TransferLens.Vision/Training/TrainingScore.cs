using TransferLens.Vision.Evaluation;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>The score of the images of a pass when they were trained on, while the weights moved.</summary>
internal abstract class TrainingScore
{
    /// <summary>The score of all batches so far; null where it is undefined.</summary>
    public abstract double? Value { get; }

    /// <summary>Takes a batch.</summary>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">The images' labels.</param>
    /// <param name="others">Those of the images that they were blended with.</param>
    /// <param name="share">Weight of the images' own labels, in [0, 1]; 1 without mixup.</param>
    public abstract void Add(Tensor logits, Tensor labels, Tensor others, double share);
}

/// <summary>Accuracy: the share of images that were right; a blended one is right by the share of each label.</summary>
internal sealed class AccuracyOfPass : TrainingScore
{
    private double right;
    private long done;

    public override double? Value => right / done;

    public override void Add(Tensor logits, Tensor labels, Tensor others, double share)
    {
        using var scope = NewDisposeScope();
        var chosen = logits.argmax(1);
        var own = (double)chosen.eq(labels).sum().item<long>();
        right += share < 1 ? (own * share) + (chosen.eq(others).sum().item<long>() * (1 - share)) : own;
        done += labels.shape[0];
    }
}

/// <summary>Mean AUC: a blended image counts as one that has a label by the share of it, and by the rest as one that has not.</summary>
/// <param name="labels">Number of labels.</param>
internal sealed class AucOfPass(int labels) : TrainingScore
{
    private readonly List<float>[] numbers = [.. Enumerable.Range(0, labels).Select(_ => new List<float>())];
    private readonly List<double>[] yes = [.. Enumerable.Range(0, labels).Select(_ => new List<double>())];

    public override double? Value =>
        numbers.Select((of, label) => Auc.Weighted(of.ToArray(), yes[label].ToArray())).OfType<double>().ToList()
            is { Count: > 0 } defined
            ? defined.Average()
            : null;

    public override void Add(Tensor logits, Tensor labels, Tensor others, double share)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (said, own, other) = (Flat(logits), Flat(labels), Flat(others));
        for (var i = 0; i < said.Length; i++)
        {
            numbers[i % numbers.Length].Add(said[i]);
            yes[i % numbers.Length].Add((share * own[i]) + ((1 - share) * other[i]));
        }
    }

    private static float[] Flat(Tensor tensor) =>
        tensor.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
}
