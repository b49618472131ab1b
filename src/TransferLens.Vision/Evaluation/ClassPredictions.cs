using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// What a network predicts for each image: the class with the largest logit, or for multi-label images each label with
/// a positive logit (probability above 1/2). Where a logit is not finite it predicts nothing.
/// </summary>
public sealed class ClassPredictions
{
    private readonly EvaluationResult evaluation;
    private readonly ImageLabels labels;
    private readonly int[] predicted;

    private ClassPredictions(EvaluationResult evaluation, ImageLabels labels)
    {
        (this.evaluation, this.labels) = (evaluation, labels);
        predicted = labels.IsMultiLabel ? [] : [.. Enumerable.Range(0, labels.Count).Select(evaluation.Predicted)];
    }

    /// <summary>Number of images.</summary>
    public int Images => labels.Count;

    /// <summary>The predictions of a network.</summary>
    /// <param name="evaluation">Its logits.</param>
    /// <param name="labels">The labels of the same images.</param>
    public static ClassPredictions Create(EvaluationResult evaluation, ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(labels);
        return new(evaluation, labels);
    }

    /// <summary>The counts of each class over all images.</summary>
    public ClassCounts Count() => Count([.. Enumerable.Repeat(1, Images)]);

    /// <summary>The counts of each class in a resample.</summary>
    /// <param name="times">How often each image was drawn.</param>
    public ClassCounts Count(IReadOnlyList<int> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        var counts = new ClassCounts(evaluation.Classes);
        for (var image = 0; image < Images; image++)
        {
            if (times[image] > 0)
            {
                Add(counts, image, times[image]);
            }
        }

        return counts;
    }

    private void Add(ClassCounts counts, int image, int times)
    {
        if (labels.IsMultiLabel)
        {
            AddLabels(counts, image, times);
            return;
        }

        var (label, prediction) = (labels.Single[image], predicted[image]);
        counts.Add(label, isOf: true, isPredicted: prediction == label, times);
        if (prediction != label && prediction != EvaluationResult.NoPrediction)
        {
            counts.Add(prediction, isOf: false, isPredicted: true, times);
        }
    }

    private void AddLabels(ClassCounts counts, int image, int times)
    {
        var logits = evaluation.Row(image);
        for (var label = 0; label < logits.Length; label++)
        {
            var isPredicted = float.IsFinite(logits[label]) && logits[label] > 0;
            counts.Add(label, labels.Has(image, label), isPredicted, times);
        }
    }
}
