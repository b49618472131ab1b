using System.Xml.Linq;
using SkiaSharp;
using TransferLens.Report.Files;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>
/// Draws figures with ScottPlot. Equal figures give equal bytes on every machine, whatever fonts are installed. Groups
/// differ in colour (palette of Okabe and Ito), in line pattern or hatching, and in marker, so figures work in
/// greyscale.
/// </summary>
public static class FigureRenderer
{
    /// <summary>
    /// Draws a figure as a complete SVG document. A panel is 440 pixels wide, or wider for many bars or cells.
    /// </summary>
    /// <param name="figure">
    /// The figure. Non-finite values are left out; a heatmap shows them hatched as undefined.
    /// </param>
    /// <returns>XML that contains the figure's title and description and refers to nothing outside.</returns>
    public static string Svg(Figure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        var piece = FigureLayout.Create(figure).Combine();
        var svg = SvgDrawing.Render(piece, FileNames.Safe(figure.Name), figure.Title, figure.Description);
        return svg.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>Draws a figure as a PNG file on a white background.</summary>
    /// <param name="figure">The figure, as for <see cref="Svg"/>.</param>
    /// <param name="width">Width in pixels, at least 1; the height follows from it.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] Png(Figure figure, int width)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return Png(FigureLayout.Create(figure).Combine(), width);
    }

    /// <summary>
    /// Draws a figure as a PNG file of twice its natural size, for print and high-resolution screens.
    /// </summary>
    internal static byte[] Png(Figure figure)
    {
        var piece = FigureLayout.Create(figure).Combine();
        return Png(piece, (int)Math.Ceiling(2 * piece.Width));
    }

    /// <summary>Draws the panel of a small figure as a PNG file of twice its size.</summary>
    internal static byte[] SmallPng(Figure figure)
    {
        var piece = FigureLayout.Create(figure, PanelSize.Small).Panels[0];
        return Png(piece, (int)Math.Ceiling(2 * piece.Width));
    }

    private static byte[] Png(Piece piece, int width)
    {
        var scale = width / piece.Width;
        var height = Math.Max(1, (int)Math.Ceiling(piece.Height * scale));
        using var surface = SKSurface.Create(new SKImageInfo(width, height));
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(scale);
        piece.Draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }
}
