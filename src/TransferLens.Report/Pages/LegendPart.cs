using TransferLens.Report.Content;

namespace TransferLens.Report.Pages;

/// <summary>What the short names and the levels of confidence mean, below the answers.</summary>
internal static class LegendPart
{
    public static Html Render(ReportContent content) =>
        content is { Legend.IsEmpty: true, Findings.IsEmpty: true }
            ? Html.Empty
            : Html.Format(
                $"""
                <details class="words"><summary>What the names and the levels of confidence mean</summary>
                {Names(content)}{Confidence(content)}</details>
                """
            );

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
                <p class="levels">High confidence: the 95 % interval covers seeds, and test images where there are any,
                and excludes 0 (or the margin) after Holm's adjustment for all questions, with three runs a side or
                more. Medium: it excludes 0 for this question alone, or with two runs, or covers test images only, or a
                start has not fitted its training images; or nothing was detected, but two runs or more exclude a
                difference beyond the margin. Low: everything else, a single run, and what was chosen on the test images
                that judge it.</p>
                """
            );
}
