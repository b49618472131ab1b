using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;
using TransferLens.Report.Content;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>Draws a <see cref="ImageGrid"/>: six images a row, all of one size, their pixels as squares.</summary>
internal static class ImageGridPieces
{
    /// <summary>Side of an image as it is shown, in pixels.</summary>
    public const float Side = 96;

    private const int Columns = 6;
    private const float CellWidth = 132;
    private const float TextSize = 12.5f;
    private const float LineHeight = 17;

    private static readonly Color Ink = Color.FromHex("#222222");

    public static FigurePieces Of(ImageGrid grid)
    {
        ImmutableArray<(ImageCell Cell, ImmutableArray<string> Lines)> cells =
        [
            .. grid.Cells.Select(cell =>
                (
                    cell,
                    cell.Caption.SelectMany(line =>
                            LabelText.Wrapped(line, CellWidth - 8, TextSize, bold: false).Split('\n')
                        )
                        .ToImmutableArray()
                )
            ),
        ];
        var lines = cells.Select(cell => cell.Lines.Length).DefaultIfEmpty(0).Max();
        var height = Side + 20 + (lines * LineHeight);
        var rows = Math.Max(1, (cells.Length + Columns - 1) / Columns);
        var piece = new Piece(Math.Clamp(cells.Length, 1, Columns) * CellWidth, rows * height, canvas =>
        {
            for (var place = 0; place < cells.Length; place++)
            {
                Draw(
                    canvas,
                    cells[place].Cell,
                    cells[place].Lines,
                    place % Columns * CellWidth,
                    place / Columns * height
                );
            }
        });
        return new FigurePieces([piece], []);
    }

    private static void Draw(SKCanvas canvas, ImageCell cell, ImmutableArray<string> lines, float left, float top)
    {
        var area = SKRect.Create(left + ((CellWidth - Side) / 2), top + 4, Side, Side);
        using var data = SKData.CreateCopy(cell.Png.AsSpan());
        using var image = SKImage.FromEncodedData(data);
        if (image is null)
        {
            CellsMark.DrawUndefined(canvas, area);
        }
        else
        {
            var scale = Math.Min(area.Width / image.Width, area.Height / image.Height);
            var (width, height) = (image.Width * scale, image.Height * scale);
            canvas.DrawImage(
                image,
                SKRect.Create(area.MidX - (width / 2), area.MidY - (height / 2), width, height),
                new SKSamplingOptions(SKFilterMode.Nearest)
            );
        }

        for (var line = 0; line < lines.Length; line++)
        {
            Stroke.Text(
                canvas,
                lines[line],
                area.MidX,
                area.Bottom + 14 + (line * LineHeight),
                TextSize,
                Ink,
                SKTextAlign.Center
            );
        }
    }
}
