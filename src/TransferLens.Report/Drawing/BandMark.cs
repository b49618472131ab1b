using ScottPlot;
using SkiaSharp;
using Line = TransferLens.Studies.Figures.Line;

namespace TransferLens.Report.Drawing;

/// <summary>The translucent band between a line's lower and upper ends; an isolated point gets an error bar.</summary>
internal sealed class BandMark(Line line, GroupStyle style) : Mark
{
    public override string Series => LabelText.Clean(line.Label);

    public override void Draw(SKCanvas canvas, PixelRect data)
    {
        var count = Math.Min(line.X.Length, Math.Min(line.Low.Length, line.High.Length));
        for (var from = 0; from < count; from++)
        {
            var to = from;
            while (to < count && IsFinite(to))
            {
                to++;
            }

            if (to - from == 1)
            {
                ErrorBar(canvas, from);
            }
            else if (to > from)
            {
                using var path = new SKPath();
                path.AddPoly([
                    .. Enumerable.Range(from, to - from).Select(i => At(line.X[i], line.High[i])),
                    .. Enumerable.Range(from, to - from).Reverse().Select(i => At(line.X[i], line.Low[i])),
                ]);
                Stroke.Fill(canvas, path, style.Color.WithAlpha(0.18));
            }

            from = to;
        }
    }

    private bool IsFinite(int i) =>
        double.IsFinite(line.X[i]) && double.IsFinite(line.Low[i]) && double.IsFinite(line.High[i]);

    private void ErrorBar(SKCanvas canvas, int i)
    {
        const float cap = 5;
        var (x, low, high) = (Axes.GetPixelX(line.X[i]), Axes.GetPixelY(line.Low[i]), Axes.GetPixelY(line.High[i]));
        Stroke.Line(canvas, x, low, x, high, style.Color, LineMark.Thickness);
        Stroke.Line(canvas, x - cap, low, x + cap, low, style.Color, LineMark.Thickness);
        Stroke.Line(canvas, x - cap, high, x + cap, high, style.Color, LineMark.Thickness);
    }

    private SKPoint At(double x, double y) => new(Axes.GetPixelX(x), Axes.GetPixelY(y));
}
