using SkiaSharp;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>The role of a part's colour; a style chooses the colour of each role in an image.</summary>
internal enum Ink
{
    /// <summary>The object's main colour.</summary>
    Body,

    /// <summary>Its second colour.</summary>
    Accent,

    /// <summary>Its third colour.</summary>
    Third,

    /// <summary>Nearly black: tyres, eyes, doors.</summary>
    Dark,

    /// <summary>Nearly white: windows, highlights.</summary>
    Light,
}

/// <summary>One part of a drawn object: an area, or a line where <paramref name="Width"/> is above 0.</summary>
/// <param name="Path">Its outline in the image's coordinates: -1 to 1, right and down.</param>
/// <param name="Ink">What it is painted with.</param>
/// <param name="Width">Width of a line; 0 for an area.</param>
internal sealed record Part(SKPath Path, Ink Ink, float Width);
