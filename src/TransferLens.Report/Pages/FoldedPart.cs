namespace TransferLens.Report.Pages;

/// <summary>A section below the first screen, closed until its reader opens it or follows a link into it.</summary>
internal static class FoldedPart
{
    /// <summary>Renders a section.</summary>
    /// <param name="id">Its id, the target of links.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="content">What it contains.</param>
    // The id is within, since a link opens what surrounds its target.
    public static Html Render(string id, string title, Html content) =>
        Html.Format(
            $"""
            <details class="part">
            <summary><h2 id="{id}-heading">{title}</h2></summary>
            <section id="{id}" aria-labelledby="{id}-heading">
            {content}
            </section>
            </details>

            """
        );
}
