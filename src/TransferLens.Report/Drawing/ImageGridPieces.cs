using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>
/// Draws a <see cref="ImageGrid"/>: six images per row, all of one size; small ones are enlarged without smoothing.
/// </summary>
internal static class ImageGridPieces
{
    /// <summary>Side of a displayed image in pixels.</summary>
    public const float Side = 96;

    private const int Columns = 6;
    private const float CellWidth = 132;
    private const float TextSize = 12.5f;
    private const float LineHeight = 17;

    private static readonly Color Ink = Color.FromHex("#222222");

    public static FigurePieces Create(ImageGrid grid)
    {
        var cells = grid.Cells.Select(cell => (Cell: cell, Lines: WrapCaption(cell))).ToImmutableArray();
        var lineCount = cells.Select(cell => cell.Lines.Length).DefaultIfEmpty(0).Max();
        var height = Side + 20 + (lineCount * LineHeight);
        var rows = Math.Max(1, (cells.Length + Columns - 1) / Columns);
        var piece = new Piece(Math.Clamp(cells.Length, 1, Columns) * CellWidth, rows * height, canvas =>
        {
            foreach (var (index, (cell, lines)) in cells.Index())
            {
                Draw(canvas, cell, lines, index % Columns * CellWidth, index / Columns * height);
            }
        });
        return new FigurePieces([piece], []);
    }

    private static ImmutableArray<string> WrapCaption(ImageCell cell) =>
        [.. cell.Caption.SelectMany(line => LabelText.Wrap(line, CellWidth - 8, TextSize, bold: false).Split('\n'))];

    private static void Draw(SKCanvas canvas, ImageCell cell, ImmutableArray<string> lines, float left, float top)
    {
        var area = SKRect.Create(left + ((CellWidth - Side) / 2), top + 4, Side, Side);
        using var data = SKData.CreateCopy(cell.Image.AsSpan());
        using var image = SKImage.FromEncodedData(data);
        if (image is null)
        {
            CellsMark.DrawUndefined(canvas, area);
        }
        else
        {
            var scale = Math.Min(area.Width / image.Width, area.Height / image.Height);
            var (width, height) = (image.Width * scale, image.Height * scale);
            var inner = SKRect.Create(area.MidX - (width / 2), area.MidY - (height / 2), width, height);
            canvas.DrawImage(
                image,
                inner,
                scale < 1
                    ? new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
                    : new SKSamplingOptions(SKFilterMode.Nearest)
            );
        }

        for (var line = 0; line < lines.Length; line++)
        {
            var y = area.Bottom + 14 + (line * LineHeight);
            Stroke.Text(canvas, lines[line], area.MidX, y, TextSize, Ink, SKTextAlign.Center);
        }
    }
}
