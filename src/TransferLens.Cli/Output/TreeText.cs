using System.Collections.Immutable;
using TransferLens.Analyses.FeatureSimilarity;

namespace TransferLens.Cli.Output;

/// <summary>A tree of models as lines of text: each merge is its height, with its two clusters below it.</summary>
internal static class TreeText
{
    /// <summary>The lines.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="models">Names of the models.</param>
    public static IEnumerable<string> Lines(ModelTree tree, ImmutableArray<string> models) =>
        Lines(tree, models, models.Length + tree.Merges.Length - 1);

    private static IEnumerable<string> Lines(ModelTree tree, ImmutableArray<string> models, int cluster)
    {
        if (cluster < models.Length)
        {
            return [models[cluster]];
        }

        var merge = tree.Merges[cluster - models.Length];
        return
        [
            $"{merge.Height:0.0000}",
            .. Indented(Lines(tree, models, merge.First), "├─ ", "│  "),
            .. Indented(Lines(tree, models, merge.Second), "└─ ", "   "),
        ];
    }

    private static IEnumerable<string> Indented(IEnumerable<string> lines, string first, string later) =>
        lines.Select((line, i) => $"{(i == 0 ? first : later)}{line}");
}
