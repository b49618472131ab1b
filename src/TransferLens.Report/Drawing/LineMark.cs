using ScottPlot;
using SkiaSharp;
using Line = TransferLens.Studies.Figures.Line;

namespace TransferLens.Report.Drawing;

/// <summary>A line with markers; a non-finite value leaves a gap.</summary>
internal sealed class LineMark(Line line, GroupStyle style, Func<double, string> place) : Mark
{
    public const float Thickness = 2;
    public const float MarkerSize = 7;
    private const int MaximumMarkers = 30;

    public override string Series => LabelText.Clean(line.Label);

    public override IEnumerable<ShownValue> Values() =>
        from i in Enumerable.Range(0, Math.Min(line.X.Length, line.Y.Length))
        where double.IsFinite(line.X[i]) && double.IsFinite(line.Y[i])
        let at = Axes.GetPixel(new Coordinates(line.X[i], line.Y[i]))
        select new ShownValue(
            SKRect.Create(at.X, at.Y, 0, 0),
            Series,
            place(line.X[i]),
            line.Y[i],
            i < line.Low.Length ? line.Low[i] : double.NaN,
            i < line.High.Length ? line.High[i] : double.NaN
        );

    public override void Draw(SKCanvas canvas, PixelRect data)
    {
        var points = Positions(line.X, line.Y);
        using var path = new SKPath();
        using var paint = Paint.NewDisposablePaint();
        for (var i = 0; i < points.Length; i++)
        {
            if (points[i] is not { } point)
            {
                continue;
            }

            if (i > 0 && points[i - 1] is not null)
            {
                path.LineTo(point.X, point.Y);
            }
            else
            {
                path.MoveTo(point.X, point.Y);
            }
        }

        Stroke.Draw(canvas, path, style.Color, Thickness, style.Pattern);
        var every = Math.Max(1, (points.Length + MaximumMarkers - 1) / MaximumMarkers);
        for (var i = 0; i < points.Length; i++)
        {
            var isolated = (i == 0 || points[i - 1] is null) && (i == points.Length - 1 || points[i + 1] is null);
            if (points[i] is { } point && (i % every == 0 || isolated))
            {
                DrawMarker(canvas, point, style, paint);
            }
        }
    }

    /// <summary>Draws a group's marker.</summary>
    public static void DrawMarker(SKCanvas canvas, Pixel position, GroupStyle style, Paint paint) =>
        new MarkerStyle(style.Mark, MarkerSize, style.Color) { LineWidth = 1.6f, LineColor = style.Color }.Render(
            canvas,
            position,
            paint
        );

    private Pixel?[] Positions(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        [
            .. x.Zip(y, (px, py) =>
                double.IsFinite(px) && double.IsFinite(py) ? Axes.GetPixel(new Coordinates(px, py)) : (Pixel?)null
            ),
        ];
}
