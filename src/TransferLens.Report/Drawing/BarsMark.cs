using ScottPlot;
using SkiaSharp;
using BarSeries = TransferLens.Studies.Figures.BarSeries;

namespace TransferLens.Report.Drawing;

/// <summary>
/// The bars of one series, from zero and with error bars; those of one category are next to each other.
/// </summary>
/// <param name="bars">The series.</param>
/// <param name="index">Its index among the series of the panel.</param>
/// <param name="count">Their number.</param>
/// <param name="categories">Labels of the categories.</param>
internal sealed class BarsMark(BarSeries bars, int index, int count, IReadOnlyList<string> categories) : Mark
{
    private const double GroupWidth = 0.8;
    private const double MaximumWidth = 60;

    private static readonly Color Ink = Color.FromHex("#222222");

    public override string Series => LabelText.Clean(bars.Label);

    public override IEnumerable<ShownValue> Values() =>
        from category in Enumerable.Range(0, bars.Values.Length)
        where double.IsFinite(bars.Values[category])
        select new ShownValue(
            Area(category),
            Series,
            category < categories.Count ? categories[category] : "",
            bars.Values[category],
            category < bars.Low.Length ? bars.Low[category] : double.NaN,
            category < bars.High.Length ? bars.High[category] : double.NaN
        );

    public override void Draw(SKCanvas canvas, PixelRect data)
    {
        for (var category = 0; category < bars.Values.Length; category++)
        {
            if (double.IsFinite(bars.Values[category]))
            {
                DrawBar(canvas, category, Area(category));
            }
        }
    }

    private SKRect Area(int category)
    {
        var slot = Axes.GetPixelX(1) - Axes.GetPixelX(0);
        var each = Math.Min(GroupWidth / count, MaximumWidth / slot);
        var left = category + ((index - (count / 2.0)) * each);
        var (zero, end) = (Axes.GetPixelY(0), Axes.GetPixelY(bars.Values[category]));
        return new SKRect(
            Axes.GetPixelX(left) + 1,
            Math.Min(zero, end),
            Axes.GetPixelX(left + each) - 1,
            Math.Max(zero, end)
        );
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

    private void DrawBar(SKCanvas canvas, int category, SKRect area)
    {
        DrawArea(canvas, area, GroupStyle.ForGroup(index));
        if (category < bars.Low.Length && category < bars.High.Length)
        {
            DrawErrorBar(canvas, bars.Low[category], bars.High[category], area.Left, area.Right);
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
