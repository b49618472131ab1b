using System.Collections.Immutable;

namespace TransferLens.Studies.Figures;

/// <summary>
/// Surfaces over planes, side by side: one color per grid point, contour lines, and marked points. All panels share one
/// color scale.
/// </summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Title">Caption.</param>
/// <param name="Description">What the figure shows, in words.</param>
/// <param name="Quantity">The quantity that colors show, with its unit.</param>
/// <param name="Panels">The panels, left to right.</param>
public sealed record Landscape(
    string Name,
    string Title,
    string Description,
    string Quantity,
    ImmutableArray<LandscapePanel> Panels
) : Figure(Name, Title, Description);

/// <summary>
/// One surface. Where the panel's shape allows it, both axes have the same scale, so that distances are true.
/// </summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Horizontal">Label of the horizontal axis, with its unit.</param>
/// <param name="Vertical">Label of the vertical axis, with its unit.</param>
/// <param name="X">Positions of the grid's columns, evenly spaced, increasing.</param>
/// <param name="Y">Positions of the grid's rows, evenly spaced, increasing: the first row is the lowest.</param>
/// <param name="Values">Values row by row, one per column; NaN is drawn as undefined.</param>
/// <param name="Points">Points to mark.</param>
public sealed record LandscapePanel(
    string Heading,
    string Horizontal,
    string Vertical,
    ImmutableArray<double> X,
    ImmutableArray<double> Y,
    ImmutableArray<ImmutableArray<double>> Values,
    ImmutableArray<LandscapePoint> Points
);

/// <summary>A marked point of a landscape.</summary>
/// <param name="Label">Its name.</param>
/// <param name="X">Its horizontal position.</param>
/// <param name="Y">Its vertical position.</param>
public sealed record LandscapePoint(string Label, double X, double Y);
