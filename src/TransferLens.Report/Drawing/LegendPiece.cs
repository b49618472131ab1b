using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>A sample of a style and its label.</summary>
internal sealed record LegendEntry(string Label, float SampleWidth, Action<SKCanvas, SKRect> Sample)
{
    /// <summary>Whether it is a series that a page can hide.</summary>
    public bool IsSeries { get; init; }
}

/// <summary>Lays out a legend in centred rows.</summary>
internal static class LegendPiece
{
    /// <summary>Height of a sample in pixels.</summary>
    public const float SampleHeight = 16;

    private const float TextSize = 14;
    private const float RowHeight = 24;
    private const float EntryGap = 22;
    private const float Margin = 12;

    private static readonly Color Ink = Color.FromHex("#222222");

    public static Piece Create(ImmutableArray<LegendEntry> entries, float width)
    {
        var rows = new List<List<(LegendEntry Entry, float Width)>>();
        foreach (var entry in entries)
        {
            var family = FigureFont.For(entry.Label);
            var needed = entry.SampleWidth + 8 + FigureFont.Width(entry.Label, TextSize, bold: false, family);
            if (rows.Count == 0 || RowWidth(rows[^1]) + EntryGap + needed > width - (2 * Margin))
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
                    var (x, y) = (left + entry.SampleWidth + 8, top + (RowHeight / 2));
                    Stroke.Text(canvas, entry.Label, x, y, TextSize, Ink, SKTextAlign.Left);
                    left += wide + EntryGap;
                }
            }
        });
    }

    private static float RowWidth(List<(LegendEntry Entry, float Width)> row) =>
        row.Sum(item => item.Width) + (EntryGap * (row.Count - 1));
}
