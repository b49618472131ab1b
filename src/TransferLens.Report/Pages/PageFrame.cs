namespace TransferLens.Report.Pages;

/// <summary>What every page of TransferLens has around it: one file that runs nothing and asks for nothing.</summary>
internal static class PageFrame
{
    /// <param name="title">Its title.</param>
    /// <param name="body">What it holds; it has an element with the id <c>content</c>.</param>
    public static string Of(string title, Html body) =>
        Html.Of(
                $"""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>{title} – TransferLens</title>
                <style>
                {Style()}</style>
                </head>
                <body>
                <a class="skip" href="#content">Skip to the answers</a>
                {body}
                </body>
                </html>

                """
            )
            .Markup.ReplaceLineEndings("\n");

    private static Html Style()
    {
        using var stream = typeof(PageFrame).Assembly.GetManifestResourceStream("report.css")
            ?? throw new InvalidOperationException("The style sheet is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return new Html(reader.ReadToEnd());
    }
}
