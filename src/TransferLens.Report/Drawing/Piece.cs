using System.Collections.Immutable;
using SkiaSharp;

namespace TransferLens.Report.Drawing;

/// <summary>A rectangular part of a figure.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Draw">Draws it with its upper left corner at the origin.</param>
internal sealed record Piece(float Width, float Height, Action<SKCanvas> Draw)
{
    /// <summary>Its heading in one line, or an empty one.</summary>
    public string Heading { get; init; } = "";

    /// <summary>The same drawing in layers, for a page whose readers touch it; null if it has a single one.</summary>
    public Func<PieceLayers>? Layers { get; init; }
}

/// <summary>A piece in layers.</summary>
/// <param name="Background">Draws what is always shown and lies below everything else.</param>
/// <param name="Series">What is on top of it, from the bottom, with the label of its series or an empty one.</param>
/// <param name="Values">The values in it.</param>
internal sealed record PieceLayers(
    Action<SKCanvas> Background,
    ImmutableArray<(string Series, Action<SKCanvas> Draw)> Series,
    ImmutableArray<ShownValue> Values
);
