using System.Xml.Linq;
using SkiaSharp;
using TransferLens.Report.Content;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>
/// Draws figures with ScottPlot. Equal figures give equal bytes, on machines with and without fonts. Groups differ in colour
/// (Okabe and Ito's palette), in line pattern or hatching, and in mark, so that a figure reads in grey too.
/// </summary>
public static class FigureRenderer
{
    /// <summary>The figure as a complete SVG document, its size that of its panels: 440 pixels wide each, or wider for many bars or cells.</summary>
    /// <param name="figure">What to draw; a value that is not finite is left out, in a heatmap hatched and called undefined.</param>
    /// <returns>XML with the figure's title and description in it and no reference to anything outside.</returns>
    public static string Svg(Figure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        return SvgDrawing
            .Of(FigurePieces.Of(figure).Together(), FileNames.Safe(figure.Name), figure.Title, figure.Description)
            .ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>The figure as a PNG file on white.</summary>
    /// <param name="figure">What to draw, as for <see cref="Svg"/>.</param>
    /// <param name="width">Width in pixels, at least 1; the height follows.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] Png(Figure figure, int width)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return Png(FigurePieces.Of(figure).Together(), width);
    }

    /// <summary>The figure as a PNG file of twice its natural size, sharp on paper and on fine screens.</summary>
    internal static byte[] Png(Figure figure)
    {
        var piece = FigurePieces.Of(figure).Together();
        return Png(piece, (int)Math.Ceiling(2 * piece.Width));
    }

    private static byte[] Png(Piece piece, int width)
    {
        var scale = width / piece.Width;
        using var surface = SKSurface.Create(
            new SKImageInfo(width, Math.Max(1, (int)Math.Ceiling(piece.Height * scale)))
        );
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(scale);
        piece.Draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }
}
