using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;
using BarSeries = TransferLens.Studies.Figures.BarSeries;

namespace TransferLens.Report.Drawing;

/// <summary>Bars from zero with error bars; the bars of one category are next to each other.</summary>
internal sealed class BarsMark(ImmutableArray<BarSeries> series) : Mark
{
    private const double GroupWidth = 0.8;
    private const double MaximumWidth = 60;

    private static readonly Color Ink = Color.FromHex("#222222");

    public override void Render(RenderPack rp)
    {
        var slot = Axes.GetPixelX(1) - Axes.GetPixelX(0);
        var each = Math.Min(GroupWidth / series.Length, MaximumWidth / slot);
        for (var s = 0; s < series.Length; s++)
        {
            for (var category = 0; category < series[s].Values.Length; category++)
            {
                var left = category + ((s - (series.Length / 2.0)) * each);
                DrawBar(
                    rp.Canvas,
                    series[s],
                    category,
                    GroupStyle.ForGroup(s),
                    Axes.GetPixelX(left) + 1,
                    Axes.GetPixelX(left + each) - 1
                );
            }
        }

        var zero = Axes.GetPixelY(0);
        Stroke.Line(rp.Canvas, rp.DataRect.Left, zero, rp.DataRect.Right, zero, Ink, 1);
    }

    /// <summary>A filled, hatched and outlined rectangle in the style of a group.</summary>
    public static void DrawArea(SKCanvas canvas, SKRect area, GroupStyle style)
    {
        Stroke.Fill(canvas, area, style.Color);
        Stroke.Hatch(canvas, area, style.Hatch, Colors.White);
        using var outline = new SKPath();
        outline.AddRect(area);
        Stroke.Draw(canvas, outline, style.Color, 1);
    }

    private void DrawBar(SKCanvas canvas, BarSeries bars, int category, GroupStyle style, float left, float right)
    {
        var value = bars.Values[category];
        if (!double.IsFinite(value))
        {
            return;
        }

        var (zero, end) = (Axes.GetPixelY(0), Axes.GetPixelY(value));
        DrawArea(canvas, new SKRect(left, Math.Min(zero, end), right, Math.Max(zero, end)), style);
        if (category < bars.Low.Length && category < bars.High.Length)
        {
            DrawErrorBar(canvas, bars.Low[category], bars.High[category], left, right);
        }
    }

    private void DrawErrorBar(SKCanvas canvas, double from, double to, float left, float right)
    {
        if (!double.IsFinite(from) || !double.IsFinite(to))
        {
            return;
        }

        var (middle, cap) = ((left + right) / 2, Math.Min(5, (right - left) / 3));
        var (low, high) = (Axes.GetPixelY(from), Axes.GetPixelY(to));
        using var path = new SKPath();
        path.MoveTo(middle, low);
        path.LineTo(middle, high);
        path.MoveTo(middle - cap, low);
        path.LineTo(middle + cap, low);
        path.MoveTo(middle - cap, high);
        path.LineTo(middle + cap, high);
        Stroke.Draw(canvas, path, Colors.White, 3);
        Stroke.Draw(canvas, path, Ink, 1.6f);
    }
}
