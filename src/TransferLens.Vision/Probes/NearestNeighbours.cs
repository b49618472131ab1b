using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>
/// Weighted k nearest neighbours: the k training images of largest cosine similarity s vote for their classes with
/// exp(s / 0.07); of equally similar ones the first counts. Similarities are computed in float64; features of zeros are
/// similar to nothing. Source: Caron et al. 2021, Emerging properties in self-supervised vision transformers.
/// </summary>
internal static class NearestNeighbours
{
    /// <summary>Number of neighbours unless another is given.</summary>
    public const int DefaultCount = 20;

    private const double Temperature = 0.07;
    private const int Rows = 256;

    /// <summary>The votes for each class.</summary>
    /// <param name="train">Features of the training images (n, features), float64.</param>
    /// <param name="labels">Their labels.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="test">Features of the test images (m, features), float64.</param>
    /// <param name="count">Number of neighbours, at least 1; all where there are fewer.</param>
    /// <param name="parts">Where a task keeps the votes of each block of images; null for nowhere.</param>
    /// <param name="cancellationToken">Cancels between blocks of images.</param>
    /// <returns>
    /// Images x classes, row by row: shares of the votes, in [0, 1]. Of multi-label images each label has its share.
    /// </returns>
    public static float[] Votes(
        Tensor train,
        ImageLabels labels,
        int classes,
        Tensor test,
        int count = DefaultCount,
        PartialResults? parts = null,
        CancellationToken cancellationToken = default
    )
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (known, asked) = (Normalized(train).t(), Normalized(test));
        var (images, neighbours) = ((int)train.shape[0], (int)Math.Min(count, train.shape[0]));
        var votes = new float[(int)test.shape[0] * classes];
        for (var first = 0; first < asked.shape[0]; first += Rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (parts?.Read<float>($"{first}") is { } kept)
            {
                kept.CopyTo(votes, first * classes);
                continue;
            }

            using var block = NewDisposeScope();
            var rows = (int)Math.Min(Rows, asked.shape[0] - first);
            var similarities = asked.narrow(0, first, rows).matmul(known).contiguous().data<double>().ToArray();
            Parallel.For(0, rows, row =>
            {
                var own = similarities.AsSpan(row * images, images);
                Vote(own, labels, neighbours, votes.AsSpan((first + row) * classes, classes));
            });
            parts?.Write<float>($"{first}", votes.AsSpan(first * classes, rows * classes));
        }

        return votes;
    }

    private static void Vote(ReadOnlySpan<double> similarities, ImageLabels labels, int count, Span<float> votes)
    {
        var nearest = new PriorityQueue<int, (double Similarity, int Earlier)>(count + 1);
        for (var image = 0; image < similarities.Length; image++)
        {
            nearest.Enqueue(image, (similarities[image], -image));
            if (nearest.Count > count)
            {
                nearest.Dequeue();
            }
        }

        var (sums, total) = (new double[votes.Length], 0.0);
        while (nearest.TryDequeue(out var image, out var rank))
        {
            var weight = Math.Exp(rank.Similarity / Temperature);
            total += weight;
            foreach (var label in labels.ClassesOf(image))
            {
                sums[label] += weight;
            }
        }

        for (var label = 0; label < votes.Length; label++)
        {
            votes[label] = (float)(sums[label] / total);
        }
    }

    private static Tensor Normalized(Tensor features)
    {
        var length = features.norm(1, keepdim: true, p: 2);
        return features / length.clamp(double.Epsilon).where(length > 0, ones_like(length));
    }
}
