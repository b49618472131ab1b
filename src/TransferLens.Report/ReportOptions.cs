namespace TransferLens.Report;

/// <summary>What a report contains and which files are written besides it.</summary>
public sealed record ReportOptions
{
    /// <summary>
    /// Whether figures that contain images of a data set are left out, of the page and of <c>figures/</c>. Numbers
    /// stay.
    /// </summary>
    public bool WithoutImages { get; init; }

    /// <summary>
    /// Whether <c>summary.md</c> is written too: the answers and three small figures in Markdown, for a wiki or a pull
    /// request.
    /// </summary>
    public bool Markdown { get; init; }
}
