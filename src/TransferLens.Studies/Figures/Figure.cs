using System.Collections.Immutable;

namespace TransferLens.Studies.Figures;

/// <summary>A figure as a value: what to draw, not how.</summary>
/// <param name="Name">
/// File name without extension, unique within a report, for example <c>performance_barrier-cartoon</c>.
/// </param>
/// <param name="Title">Its caption.</param>
/// <param name="Description">What the figure shows, for readers who cannot see it.</param>
public abstract record Figure(string Name, string Title, string Description);

/// <summary>Panels of lines side by side.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Title">Caption.</param>
/// <param name="Description">What the figure shows, in words.</param>
/// <param name="Panels">The panels, left to right.</param>
public sealed record LineChart(string Name, string Title, string Description, ImmutableArray<LinePanel> Panels)
    : Figure(Name, Title, Description);

/// <summary>One panel of lines.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Horizontal">Label of the horizontal axis, with its unit.</param>
/// <param name="Vertical">Label of the vertical axis, with its unit.</param>
/// <param name="Lines">The lines.</param>
public sealed record LinePanel(string Heading, string Horizontal, string Vertical, ImmutableArray<Line> Lines)
{
    /// <summary>
    /// Names of the horizontal positions 0, 1, 2, ..., for example of modules; empty when positions are numbers.
    /// </summary>
    public ImmutableArray<string> Positions { get; init; } = [];
}

/// <summary>
/// One line. Its color and marker depend on its <see cref="Group"/>, so that the seeds of a run look alike.
/// </summary>
/// <param name="Label">Its name in the legend. Lines of one group with equal labels share an entry.</param>
/// <param name="Group">Lines of one group have the same color.</param>
/// <param name="X">Horizontal positions.</param>
/// <param name="Y">Values; NaN leaves a gap.</param>
/// <param name="Low">Lower edge of a band around the line, or empty.</param>
/// <param name="High">Upper edge of a band around the line, or empty.</param>
public sealed record Line(
    string Label,
    int Group,
    ImmutableArray<double> X,
    ImmutableArray<double> Y,
    ImmutableArray<double> Low,
    ImmutableArray<double> High
)
{
    /// <summary>Whether the area below it is shaded, as a background for the other lines.</summary>
    public bool Shaded { get; init; }
}

/// <summary>Panels of bars side by side.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Title">Caption.</param>
/// <param name="Description">What the figure shows, in words.</param>
/// <param name="Panels">The panels, left to right.</param>
public sealed record BarChart(string Name, string Title, string Description, ImmutableArray<BarPanel> Panels)
    : Figure(Name, Title, Description);

/// <summary>One panel of bars: groups with error bars.</summary>
/// <param name="Heading">Its heading, or empty.</param>
/// <param name="Vertical">Label of the vertical axis, with its unit.</param>
/// <param name="Categories">Labels along the horizontal axis.</param>
/// <param name="Series">Each has one bar per category. Color and hatching depend on its index.</param>
public sealed record BarPanel(
    string Heading,
    string Vertical,
    ImmutableArray<string> Categories,
    ImmutableArray<BarSeries> Series
);

/// <summary>One series of bars.</summary>
/// <param name="Label">Its name in the legend.</param>
/// <param name="Values">One value per category; NaN leaves the bar out.</param>
/// <param name="Low">Lower ends of the error bars, or empty.</param>
/// <param name="High">Upper ends of the error bars, or empty.</param>
public sealed record BarSeries(
    string Label,
    ImmutableArray<double> Values,
    ImmutableArray<double> Low,
    ImmutableArray<double> High
);

/// <summary>A matrix of colored cells with their values.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Title">Caption.</param>
/// <param name="Description">What the figure shows, in words.</param>
/// <param name="Horizontal">Label of the columns' axis.</param>
/// <param name="Vertical">Label of the rows' axis.</param>
/// <param name="Columns">Column names.</param>
/// <param name="Rows">Row names, top to bottom.</param>
/// <param name="Values">Values row by row; NaN is drawn as undefined.</param>
public sealed record Heatmap(
    string Name,
    string Title,
    string Description,
    string Horizontal,
    string Vertical,
    ImmutableArray<string> Columns,
    ImmutableArray<string> Rows,
    ImmutableArray<ImmutableArray<double>> Values
) : Figure(Name, Title, Description);

/// <summary>
/// Images in rows, each with a few lines of text below it. On a page, they can be chosen by their facets and
/// confidence.
/// </summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Title">Caption.</param>
/// <param name="Description">What the figure shows, in words.</param>
/// <param name="Cells">The images, row by row.</param>
public sealed record ImageGrid(string Name, string Title, string Description, ImmutableArray<ImageCell> Cells)
    : Figure(Name, Title, Description)
{
    /// <summary>Names of the properties by which images can be chosen, for example <c>class</c>.</summary>
    public ImmutableArray<string> Facets { get; init; } = [];
}

/// <summary>One image of a <see cref="ImageGrid"/>.</summary>
/// <param name="Name">The image's name in its data set.</param>
/// <param name="Image">The bytes of a PNG or JPEG file. It should be small, as the report contains it.</param>
/// <param name="Caption">Short lines of text below it, which also replace it where it cannot be seen.</param>
public sealed record ImageCell(string Name, ImmutableArray<byte> Image, ImmutableArray<string> Caption)
{
    /// <summary>Its values of the grid's facets, in their order.</summary>
    public ImmutableArray<string> Facets { get; init; } = [];

    /// <summary>Confidence of the prediction that it is shown for, in [0, 1]; null when there is none.</summary>
    public double? Confidence { get; init; }
}
