using ScottPlot;
using SkiaSharp;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>The brackets of a dendrogram, each with its height; the first leaf is at the top.</summary>
internal sealed class DendrogramMark(Dendrogram tree) : Mark
{
    public const float TextSize = 11.5f;

    private static readonly Color Line = GroupStyle.ForGroup(0).Color;
    private static readonly Color Ink = Color.FromHex("#222222");

    /// <summary>Where a merge is drawn.</summary>
    public static double Height(DendrogramMerge merge) => double.IsFinite(merge.Height) ? Math.Max(0, merge.Height) : 0;

    public override void Draw(SKCanvas canvas, PixelRect data)
    {
        // Height and vertical position of each cluster.
        var nodes = tree.Leaves.Select((_, leaf) => (X: 0.0, Y: (double)(tree.Leaves.Length - 1 - leaf))).ToList();
        foreach (var merge in tree.Merges)
        {
            var (first, second, height) = (nodes[merge.First], nodes[merge.Second], Height(merge));
            nodes.Add((height, (first.Y + second.Y) / 2));
            DrawBracket(canvas, first, second, height);
        }

        // Numbers come last, so that no line runs through them.
        foreach (var (merge, node) in tree.Merges.Zip(nodes.Skip(tree.Leaves.Length)))
        {
            Stroke.Text(
                canvas,
                FormattableString.Invariant($"{Height(merge):0.00}"),
                Axes.GetPixelX(node.X) + 4,
                Axes.GetPixelY(node.Y) - (TextSize * 0.7f),
                TextSize,
                Ink,
                SKTextAlign.Left
            );
        }
    }

    private void DrawBracket(SKCanvas canvas, (double X, double Y) first, (double X, double Y) second, double height)
    {
        using var path = new SKPath();
        path.MoveTo(Axes.GetPixelX(first.X), Axes.GetPixelY(first.Y));
        path.LineTo(Axes.GetPixelX(height), Axes.GetPixelY(first.Y));
        path.LineTo(Axes.GetPixelX(height), Axes.GetPixelY(second.Y));
        path.LineTo(Axes.GetPixelX(second.X), Axes.GetPixelY(second.Y));
        Stroke.Draw(canvas, path, Line, 1.8f);
    }
}
