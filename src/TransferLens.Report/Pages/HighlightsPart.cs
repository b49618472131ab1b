using TransferLens.Report.Content;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Pages;

/// <summary>The small figures of the first screen; each leads to its analysis.</summary>
internal static class HighlightsPart
{
    // More do not fit on a screen.
    private const int Most = 5;

    public static Html Render(ReportContent content, PageReferences references)
    {
        var shown = Highlights.ChooseFrom(content.Sections, content.Findings).Take(Most).ToList();
        var named = Highlights.HaveSeveralTargets(content.Sections);
        return shown.Count == 0
            ? Html.Empty
            : Html.Format(
                $"""
                <ul class="strip">
                {shown.Select(
                    (one, index) => Item(references.SectionOf(one.Section.Name)!.Anchor, one.Highlight, index, named)
                )}</ul>
                """
            );
    }

    private static Html Item(string anchor, Highlight highlight, int index, bool named)
    {
        var title = highlight.Figure.Title;
        var caption = named && highlight.Target is { } target ? $"{title}, {target}" : title;
        var figure = FigurePart.RenderSmall(highlight.Figure, $"highlight-{index + 1}");
        return Html.Format($"<li><a href=\"#{anchor}\">{figure}<span>{caption}</span></a></li>\n");
    }
}
