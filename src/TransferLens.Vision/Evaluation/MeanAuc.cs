using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// The mean of the labels' <see cref="Auc"/>, in [0, 1], all labels weighted equally. Where images have one class each,
/// a class is a label and its number is the log-odds of its softmax probability: one against the rest. A label that all
/// images have, or none, has no AUC and is left out, in a resample too.
/// </summary>
public sealed class MeanAuc : ImageScore
{
    private readonly ImmutableArray<Auc> labels;

    private MeanAuc(int count, ImmutableArray<Auc> labels)
    {
        (Count, this.labels) = (count, labels);
        Labels = [.. labels.Select(label => label.Value)];
        Value = Labels.OfType<double>().DefaultIfEmpty(double.NaN).Average();
    }

    /// <summary>The AUC of each label or class; null for one that all images have, or none.</summary>
    public ImmutableArray<double?> Labels { get; }

    /// <inheritdoc/>
    public override double Value { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary>The mean AUC of a network.</summary>
    /// <param name="logits">Images x labels, row by row.</param>
    /// <param name="labels">The images' labels.</param>
    /// <exception cref="InputException">No label has an AUC.</exception>
    public static MeanAuc Of(float[] logits, ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        var (count, width) = (labels.Count, logits.Length / labels.Count);
        var numbers = labels.IsMultiLabel ? [.. logits.Select(logit => (double)logit)] : LogOdds(logits, width);
        var mean = new MeanAuc(
            count,
            [.. Enumerable.Range(0, width).Select(label => OfLabel(numbers, width, label, labels))]
        );
        return double.IsNaN(mean.Value) ? throw Undefined(labels) : mean;
    }

    /// <summary>The 95 % bootstrap interval of each label's AUC over images; null for a label without one.</summary>
    /// <param name="seed">
    /// Seed of the resampling; equal seeds draw the same images as <see cref="Bootstrap.Interval(ImageScore, uint,
    /// int)"/>.
    /// </param>
    public ImmutableArray<(double Low, double High)?> Intervals(uint seed = 0) =>
        [
            .. labels.Select(
                (label, i) =>
                    Labels[i] is null ? ((double, double)?)null : Bootstrap.Interval(new LabelAuc(Count, label), seed)
            ),
        ];

    /// <inheritdoc/>
    protected internal override double Resample(int[] drawn, int[] counts)
    {
        var (sum, defined) = (0.0, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            if (Labels[i] is not null && labels[i].Counted(counts) is { } area)
            {
                (sum, defined) = (sum + area, defined + 1);
            }
        }

        return defined == 0 ? double.NaN : sum / defined;
    }

    private static Auc OfLabel(double[] numbers, int width, int label, ImageLabels labels)
    {
        var (column, positive) = (new double[labels.Count], new bool[labels.Count]);
        for (var image = 0; image < column.Length; image++)
        {
            (column[image], positive[image]) = (numbers[(image * width) + label], labels.Has(image, label));
        }

        return Auc.Of(column, positive);
    }

    // log p / (1 - p) orders images as p does, without rounding to 1.
    private static double[] LogOdds(float[] logits, int classes)
    {
        var odds = new double[logits.Length];
        for (var first = 0; first < logits.Length; first += classes)
        {
            WriteLogOdds(logits.AsSpan(first, classes), odds.AsSpan(first, classes));
        }

        return odds;
    }

    // NaN for all classes where a logit is not finite.
    private static void WriteLogOdds(ReadOnlySpan<float> logits, Span<double> odds)
    {
        if (logits.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            odds.Fill(double.NaN);
            return;
        }

        var top = IndexOfLargest(logits, except: -1);
        double largest = logits[top];
        double second = logits.Length > 1 ? logits[IndexOfLargest(logits, except: top)] : double.NegativeInfinity;
        var belowTop = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            belowTop += i == top ? 0 : Math.Exp(logits[i] - second);
        }

        var rest = belowTop * Math.Exp(second - largest);
        for (var i = 0; i < logits.Length; i++)
        {
            odds[i] =
                i == top
                    ? largest - second - Math.Log(belowTop)
                    : logits[i] - largest - Math.Log(1 + rest - Math.Exp(logits[i] - largest));
        }
    }

    private static int IndexOfLargest(ReadOnlySpan<float> logits, int except)
    {
        var best = except == 0 && logits.Length > 1 ? 1 : 0;
        for (var i = 0; i < logits.Length; i++)
        {
            best = i != except && logits[i] > logits[best] ? i : best;
        }

        return best;
    }

    private static InputException Undefined(ImageLabels labels) =>
        new(
            labels.IsMultiLabel
                ? "No label has an AUC: each is one that all of these images have, or none has; "
                    + "add images with and without the labels."
                : "No class has an AUC: all of these images are of one class; add images of another."
        );

    private sealed class LabelAuc(int count, Auc label) : ImageScore
    {
        public override double Value => label.Value!.Value;

        public override int Count => count;

        protected internal override double Resample(int[] drawn, int[] counts) => label.Counted(counts) ?? double.NaN;
    }
}
