using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>A fitted probe, and how its C was chosen. It owns the classifier.</summary>
/// <param name="Classifier">Logistic regression on all training images.</param>
/// <param name="HeldOut">
/// Accuracy on the held-out fifth for each C that was tried, or for the given one; empty without images to hold out.
/// </param>
internal sealed record ProbeFit(LinearClassifier Classifier, ImmutableArray<(double C, double Accuracy)> HeldOut)
    : IDisposable
{
    /// <summary>The values of C that are tried.</summary>
    public static ImmutableArray<double> Grid { get; } = [.. Enumerable.Range(-6, 13).Select(e => Math.Pow(10, e))];

    // A classifier that only chooses C needs not be known as well as one that is reported.
    private const double ToleranceOfChoice = 0.05;

    /// <summary>Seed of the held-out fifth.</summary>
    public const uint DefaultSeed = 0;

    /// <summary>
    /// Fits logistic regression. C is chosen by accuracy on a stratified fifth of the training images, ties to the
    /// smaller; then all of them are fitted.
    /// </summary>
    /// <param name="features">(n, features), float64; stays the caller's.</param>
    /// <param name="labels">Labels of the n images.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="c">C; null to choose it. Without images to hold out it is 1.</param>
    /// <param name="seed">Seed of the held-out fifth.</param>
    /// <param name="parts">Where a task keeps what is fitted, a section of its own; null for nowhere.</param>
    /// <param name="cancellationToken">Cancels between steps.</param>
    public static ProbeFit Create(
        Tensor features,
        ImageLabels labels,
        int classes,
        double? c = null,
        uint seed = DefaultSeed,
        PartialResults? parts = null,
        CancellationToken cancellationToken = default
    )
    {
        parts ??= PartialResults.None;
        using var all = new LogisticRegression(features, labels, classes);
        var tried = Try(features, labels, classes, c is { } given ? [given] : Grid, seed, parts, cancellationToken);
        var last = parts.Section("all");
        try
        {
            if (tried.IsEmpty)
            {
                return new(all.Fit(c ?? 1, parts: last, cancellationToken: cancellationToken), []);
            }

            var best = tried.MaxBy(one => one.Accuracy);
            all.StartAt(best.Classifier);
            return new(
                all.Fit(best.Classifier.C, parts: last, cancellationToken: cancellationToken),
                [.. tried.Select(one => (one.Classifier.C, one.Accuracy))]
            );
        }
        finally
        {
            foreach (var (classifier, _) in tried)
            {
                classifier.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Classifier.Dispose();

    private static ImmutableArray<(LinearClassifier Classifier, double Accuracy)> Try(
        Tensor features,
        ImageLabels labels,
        int classes,
        ImmutableArray<double> grid,
        uint seed,
        PartialResults parts,
        CancellationToken cancellationToken
    )
    {
        var fifth = HeldOutFifth.Choose(labels, seed);
        if (fifth.Held.IsEmpty)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        var (kept, held) = (Rows(features, fifth.Kept), Rows(features, fifth.Held));
        using var problem = new LogisticRegression(kept, labels.At(fifth.Kept), classes);
        var truth = labels.At(fifth.Held);
        return
        [
            .. grid.Select(c =>
            {
                var fitted = problem.Fit(c, ToleranceOfChoice, parts.Section($"C {c:R}"), cancellationToken);
                return (fitted, Accuracy(fitted.Logits(held), classes, truth));
            }),
        ];
    }

    // Of several labels: the share that is on the correct side of a probability of one half.
    private static double Accuracy(float[] logits, int classes, ImageLabels truth)
    {
        var images = Enumerable.Range(0, truth.Count);
        return truth.IsMultiLabel
            ? images.Average(i =>
                Enumerable.Range(0, classes).Average(k => (logits[(i * classes) + k] > 0) == truth.Has(i, k) ? 1.0 : 0)
            )
            : images.Average(i => Largest(logits.AsSpan(i * classes, classes)) == truth.Single[i] ? 1.0 : 0);
    }

    private static int Largest(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var k = 1; k < row.Length; k++)
        {
            best = row[k] > row[best] ? k : best;
        }

        return best;
    }

    private static Tensor Rows(Tensor features, ImmutableArray<int> rows)
    {
        using var indices = tensor(rows.Select(row => (long)row).ToArray());
        return features.index_select(0, indices);
    }
}
