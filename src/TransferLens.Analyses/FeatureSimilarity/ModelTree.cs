using System.Collections.Immutable;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// Models joined step by step, the most similar first: hierarchical clustering with average linkage (UPGMA; Sokal,
/// Michener 1958). The distance of two models is 1 - debiased CKA, that of two clusters the mean over their models.
/// </summary>
/// <param name="Merges">
/// One fewer than there are models, by increasing height. The clusters 0 to n - 1 are the n models, and merge i makes
/// the cluster n + i.
/// </param>
public sealed record ModelTree(ImmutableArray<ModelMerge> Merges)
{
    /// <summary>The models in an order in which those of each cluster are adjacent.</summary>
    public ImmutableArray<int> Order => [.. Leaves(Merges.Length * 2)];

    /// <summary>Joins models. Of equally distant clusters, those with the lowest numbers are joined first.</summary>
    /// <param name="similarity">
    /// Debiased CKA, a symmetric matrix, model by model. Debiased values may be negative, and then the distance exceeds
    /// 1.
    /// </param>
    /// <returns>The tree; null where a value between two models is undefined, or there are no models.</returns>
    public static ModelTree? Create(ImmutableArray<ImmutableArray<double?>> similarity)
    {
        var count = similarity.Length;
        if (count == 0 || similarity.Index().Any(row => row.Item.Take(row.Index).Any(value => value is null)))
        {
            return null;
        }

        var (sizes, distances) = (new int[(2 * count) - 1], new double[(2 * count) - 1, (2 * count) - 1]);
        Array.Fill(sizes, 1, 0, count);
        for (var row = 0; row < count; row++)
        {
            for (var column = 0; column < row; column++)
            {
                distances[row, column] = distances[column, row] = 1 - similarity[row][column]!.Value;
            }
        }

        var (open, merges) = (Enumerable.Range(0, count).ToList(), ImmutableArray.CreateBuilder<ModelMerge>());
        for (var cluster = count; cluster < sizes.Length; cluster++)
        {
            var (first, second) = Nearest(open, distances);
            sizes[cluster] = sizes[first] + sizes[second];
            merges.Add(new(first, second, distances[first, second], sizes[cluster]));
            open.Remove(first);
            open.Remove(second);
            foreach (var other in open)
            {
                distances[cluster, other] = distances[other, cluster] =
                    ((sizes[first] * distances[first, other]) + (sizes[second] * distances[second, other]))
                    / sizes[cluster];
            }

            open.Add(cluster);
        }

        return new(merges.ToImmutable());
    }

    private static (int First, int Second) Nearest(List<int> open, double[,] distances) =>
        (from first in open from second in open where first < second select (First: first, Second: second)).MinBy(
            pair => distances[pair.First, pair.Second]
        );

    /// <summary>The models of a cluster.</summary>
    /// <param name="cluster">Number of the cluster.</param>
    internal IEnumerable<int> Leaves(int cluster)
    {
        var merge = cluster - Merges.Length - 1;
        return merge < 0 ? [cluster] : Leaves(Merges[merge].First).Concat(Leaves(Merges[merge].Second));
    }
}

/// <summary>Two clusters of models that become one.</summary>
/// <param name="First">Number of one cluster.</param>
/// <param name="Second">Number of the other, which is higher.</param>
/// <param name="Height">Their distance: 1 minus the mean debiased CKA over their pairs of models.</param>
/// <param name="Models">Number of models in both.</param>
public sealed record ModelMerge(int First, int Second, double Height, int Models);
