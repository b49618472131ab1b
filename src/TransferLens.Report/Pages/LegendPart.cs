using TransferLens.Report.Content;

namespace TransferLens.Report.Pages;

/// <summary>What the short names and the levels of confidence mean, below the report's title.</summary>
internal static class LegendPart
{
    public static Html Render(ReportContent content) => Html.Join([Names(content), Confidence(content)]);

    private static Html Names(ReportContent content)
    {
        var entries = content.Legend.Select(entry =>
            Html.Format($"<div><dt>{entry.Key}</dt><dd>{entry.Value}</dd></div>\n")
        );
        return content.Legend.IsEmpty
            ? Html.Empty
            : Html.Format(
                $"""
                <dl class="names">
                {entries}</dl>

                """
            );
    }

    private static Html Confidence(ReportContent content) =>
        content.Findings.IsEmpty
            ? Html.Empty
            : Html.Format(
                $"""
                <p class="levels">Confidence is low with one run each or intervals that overlap, medium with two seeds
                that agree, and high with several seeds that agree and clearly separated intervals.</p>
                """
            );
}
