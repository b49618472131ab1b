using System.Collections.Immutable;
using SkiaSharp;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>A figure as panels and a legend, which a page may arrange by the room it has.</summary>
internal sealed record FigurePieces(ImmutableArray<Piece> Panels, ImmutableArray<LegendEntry> Legend)
{
    private const float Gap = 12;

    public static FigurePieces Of(Figure figure) =>
        figure switch
        {
            LineChart chart => LineChartPieces.Of(chart),
            BarChart chart => BarChartPieces.Of(chart),
            Heatmap map => HeatmapPieces.Of(map),
            ImageGrid grid => ImageGridPieces.Of(grid),
            Landscape landscape => LandscapePieces.Of(landscape),
            _ => throw new ArgumentException(
                $"No drawing is known for a figure of type {figure.GetType().Name}.",
                nameof(figure)
            ),
        };

    /// <summary>All of it in one rectangle: up to three panels side by side, the legend below.</summary>
    public Piece Together()
    {
        var columns = Panels.Length == 4 ? 2 : Math.Min(3, Panels.Length);
        var rows = Panels.Chunk(Math.Max(1, columns)).ToImmutableArray();
        var widest = rows.Max(row => row.Sum(panel => panel.Width) + (Gap * (row.Length - 1)));
        var legend = Legend.IsEmpty ? null : LegendPiece.Of(Legend, widest);
        var width = Math.Max(widest, legend?.Width ?? 0);
        var height =
            rows.Sum(row => row.Max(panel => panel.Height)) + (Gap * (rows.Length - 1)) + (legend?.Height ?? 0);
        return new Piece(width, height, canvas =>
        {
            var top = 0f;
            foreach (var row in rows)
            {
                var left = 0f;
                foreach (var panel in row)
                {
                    DrawAt(canvas, panel, left, top);
                    left += panel.Width + Gap;
                }

                top += row.Max(panel => panel.Height) + Gap;
            }

            if (legend is not null)
            {
                DrawAt(canvas, legend, 0, height - legend.Height);
            }
        });
    }

    private static void DrawAt(SKCanvas canvas, Piece piece, float left, float top)
    {
        canvas.Save();
        canvas.Translate(left, top);
        piece.Draw(canvas);
        canvas.Restore();
    }
}
