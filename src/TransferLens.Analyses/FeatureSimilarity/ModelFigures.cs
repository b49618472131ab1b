using System.Collections.Immutable;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The similarity of several models in one module as a heat map and a tree.</summary>
internal static class ModelFigures
{
    /// <summary>
    /// The heat map, with the models in the order of the tree, and the tree; only the heat map, in the given order,
    /// where a value is undefined.
    /// </summary>
    /// <param name="names">Names of the two figures.</param>
    /// <param name="models">Names of the models.</param>
    /// <param name="matrix">CKA between them.</param>
    /// <param name="target">The target, or null.</param>
    public static ImmutableArray<Figure> Create(
        (string Map, string Tree) names,
        ImmutableArray<string> models,
        ModelMatrix matrix,
        string? target
    )
    {
        ImmutableArray<int> order = matrix.Tree?.Order ?? [.. Enumerable.Range(0, models.Length)];
        ImmutableArray<string> ordered = [.. order.Select(model => models[model])];
        var map = new Heatmap(
            names.Map,
            SimilarityWords.ModelsCaption(matrix.Name, target),
            SimilarityWords.ModelsSummary(matrix.Name, matrix.Tree is not null),
            "",
            "",
            ordered,
            ordered,
            [.. order.Select(row => (ImmutableArray<double>)[.. order.Select(column => Value(row, column))])]
        );
        return matrix.Tree is not { } tree
            ? [map]
            :
            [
                map,
                new Dendrogram(
                    names.Tree,
                    SimilarityWords.TreeCaption(matrix.Name, target),
                    SimilarityWords.TreeSummary(tree, models),
                    SimilarityWords.TreeAxis,
                    ordered,
                    [
                        .. tree.Merges.Select(merge => new DendrogramMerge(
                            Place(merge.First),
                            Place(merge.Second),
                            merge.Height
                        )),
                    ]
                ),
            ];

        // Rounding may put equal models above 1, which would change the scale of colours.
        double Value(int row, int column) =>
            matrix.Debiased[row][column] is { } value ? Math.Round(value, 9) : double.NaN;

        int Place(int cluster) => cluster < order.Length ? order.IndexOf(cluster) : cluster;
    }
}
