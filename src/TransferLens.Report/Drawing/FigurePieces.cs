using System.Collections.Immutable;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>A figure as panels and a legend, which a page arranges to fit its width.</summary>
internal sealed record FigurePieces(ImmutableArray<Piece> Panels, ImmutableArray<LegendEntry> Legend)
{
    private const float Gap = 12;

    /// <summary>
    /// Combines panels and legend in one rectangle: up to three panels per row, the legend at the bottom.
    /// </summary>
    public Piece Combine()
    {
        var columns = Panels.Length == 4 ? 2 : Math.Min(3, Panels.Length);
        var rows = Panels.Chunk(Math.Max(1, columns)).ToImmutableArray();
        var widest = rows.Max(row => row.Sum(panel => panel.Width) + (Gap * (row.Length - 1)));
        var legend = Legend.IsEmpty ? null : LegendPiece.Create(Legend, widest);
        var width = Math.Max(widest, legend?.Width ?? 0);
        var panelsHeight = rows.Sum(row => row.Max(panel => panel.Height)) + (Gap * (rows.Length - 1));
        var height = panelsHeight + (legend?.Height ?? 0);
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
