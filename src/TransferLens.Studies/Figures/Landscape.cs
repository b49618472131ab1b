using System.Collections.Immutable;

namespace TransferLens.Studies.Figures;

/// <summary>Surfaces over planes, side by side: a colour a grid point, contour lines, and marked points. One colour scale holds for all.</summary>
/// <param name="Name">File name without ending.</param>
/// <param name="Title">Caption.</param>
/// <param name="Description">In words.</param>
/// <param name="Quantity">What the colours stand for, with its unit.</param>
/// <param name="Panels">The panels, left to right.</param>
public sealed record Landscape(
    string Name,
    string Title,
    string Description,
    string Quantity,
    ImmutableArray<LandscapePanel> Panels
) : Figure(Name, Title, Description);

/// <summary>One surface; both axes have one scale, where the shape allows it, so that distances show as they are.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Horizontal">Label of the horizontal axis, with its unit.</param>
/// <param name="Vertical">Label of the vertical axis, with its unit.</param>
/// <param name="X">Positions of the grid's columns, evenly spaced, increasing.</param>
/// <param name="Y">Positions of the grid's rows, evenly spaced, increasing: the first row is the lowest.</param>
/// <param name="Values">Values row by row, one for each column; NaN is drawn as undefined.</param>
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
/// <param name="X">Where it lies.</param>
/// <param name="Y">Where it lies.</param>
public sealed record LandscapePoint(string Label, double X, double Y);
