using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>A rectangular part of a figure.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Draw">Draws it with its upper left corner at the origin.</param>
internal sealed record Piece(float Width, float Height, Action<SKCanvas> Draw);
