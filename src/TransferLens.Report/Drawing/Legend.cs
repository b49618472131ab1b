using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>A sample and what it stands for.</summary>
internal sealed record LegendEntry(string Label, float SampleWidth, Action<SKCanvas, SKRect> Sample);

/// <summary>Lays out a legend in centred rows.</summary>
internal static class LegendPiece
{
    private const float Size = 14;
    private const float RowHeight = 24;
    private const float Between = 22;
    private const float Margin = 12;

    public static Piece Of(ImmutableArray<LegendEntry> entries, float width)
    {
        var rows = new List<List<(LegendEntry Entry, float Width)>>();
        foreach (var entry in entries)
        {
            var needed =
                entry.SampleWidth + 8 + FigureFont.Width(entry.Label, Size, bold: false, FigureFont.For(entry.Label));
            if (rows.Count == 0 || RowWidth(rows[^1]) + Between + needed > width - (2 * Margin))
            {
                rows.Add([]);
            }

            rows[^1].Add((entry, needed));
        }

        var full = Math.Max(width, rows.Max(RowWidth) + (2 * Margin));
        return new Piece(full, (rows.Count * RowHeight) + 10, canvas =>
        {
            for (var row = 0; row < rows.Count; row++)
            {
                var left = (full - RowWidth(rows[row])) / 2;
                var top = 2 + (row * RowHeight);
                foreach (var (entry, wide) in rows[row])
                {
                    entry.Sample(canvas, new SKRect(left, top + 4, left + entry.SampleWidth, top + RowHeight - 4));
                    Stroke.Text(
                        canvas,
                        entry.Label,
                        left + entry.SampleWidth + 8,
                        top + (RowHeight / 2),
                        Size,
                        Color.FromHex("#222222"),
                        SKTextAlign.Left
                    );
                    left += wide + Between;
                }
            }
        });
    }

    private static float RowWidth(List<(LegendEntry Entry, float Width)> row) =>
        row.Sum(item => item.Width) + (Between * (row.Count - 1));
}
