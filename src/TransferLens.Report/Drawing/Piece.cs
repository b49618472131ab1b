using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>A rectangle that can be drawn, in pixels, its upper left corner at the origin.</summary>
internal sealed record Piece(float Width, float Height, Action<SKCanvas> Draw);
