namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Images, predictions and correct predictions of each class, and the measures that follow from them. In a resample an
/// image counts as often as it was drawn.
/// </summary>
/// <param name="classes">Number of classes, or of labels.</param>
public sealed class ClassCounts(int classes)
{
    private readonly long[] examples = new long[classes];
    private readonly long[] predicted = new long[classes];
    private readonly long[] correct = new long[classes];

    /// <summary>Number of classes.</summary>
    public int Classes => examples.Length;

    /// <summary>Images of each class.</summary>
    public IReadOnlyList<long> Examples => examples;

    /// <summary>How often each class was predicted.</summary>
    public IReadOnlyList<long> Predicted => predicted;

    /// <summary>How often it was predicted for images of the class.</summary>
    public IReadOnlyList<long> Correct => correct;

    /// <summary>Share of the class's images that were predicted to be of it; null for a class without images.</summary>
    /// <param name="of">The class.</param>
    public double? Recall(int of) => Share(correct[of], examples[of]);

    /// <summary>Share of the class's predictions that are correct; null for a class that is never predicted.</summary>
    /// <param name="of">The class.</param>
    public double? Precision(int of) => Share(correct[of], predicted[of]);

    /// <summary>
    /// 2 correct / (images + predictions), the harmonic mean of recall and precision; null without either.
    /// </summary>
    /// <param name="of">The class.</param>
    public double? F1(int of) => Share(2 * correct[of], examples[of] + predicted[of]);

    /// <summary>The mean recall over classes that have images; null when none has.</summary>
    public double? BalancedAccuracy => Mean(Recall);

    /// <summary>The mean F1 over classes that have images or predictions; null when none has.</summary>
    public double? MacroF1 => Mean(F1);

    /// <summary>Counts one decision about an image.</summary>
    /// <param name="of">The class.</param>
    /// <param name="isOf">Whether the image is of it.</param>
    /// <param name="isPredicted">Whether the network says so.</param>
    /// <param name="times">How often the image counts.</param>
    internal void Add(int of, bool isOf, bool isPredicted, int times)
    {
        examples[of] += isOf ? times : 0;
        predicted[of] += isPredicted ? times : 0;
        correct[of] += isOf && isPredicted ? times : 0;
    }

    private static double? Share(long part, long all) => all == 0 ? null : part / (double)all;

    private double? Mean(Func<int, double?> measure)
    {
        var (sum, defined) = (0.0, 0);
        for (var of = 0; of < Classes; of++)
        {
            if (measure(of) is { } value)
            {
                (sum, defined) = (sum + value, defined + 1);
            }
        }

        return defined == 0 ? null : sum / defined;
    }
}
