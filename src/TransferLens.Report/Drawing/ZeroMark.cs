using ScottPlot;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>The line at zero from which bars rise.</summary>
internal sealed class ZeroMark : Mark
{
    private static readonly Color Ink = Color.FromHex("#222222");

    public override void Draw(SKCanvas canvas, PixelRect data)
    {
        var zero = Axes.GetPixelY(0);
        Stroke.Line(canvas, data.Left, zero, data.Right, zero, Ink, 1);
    }
}
