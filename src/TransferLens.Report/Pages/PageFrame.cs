using System.Security.Cryptography;
using System.Text;

namespace TransferLens.Report.Pages;

/// <summary>
/// The frame of every page: one file without external resources. Its script makes no request, and without it
/// everything can be read.
/// </summary>
internal static class PageFrame
{
    // As HTML a comment, and as XML a section in which nothing is markup.
    private static readonly string Script = $"\n//<![CDATA[\n{Resource("report.js")}//]]>\n".ReplaceLineEndings("\n");

    /// <summary>
    /// The script as a source that a content security policy allows, so that a server of reports allows no other.
    /// </summary>
    public static string ScriptSource { get; } =
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)))}'";

    /// <summary>Renders a complete HTML document.</summary>
    /// <param name="title">The title of the document.</param>
    /// <param name="body">The content of the page, with an element whose id is <c>content</c>.</param>
    public static string Render(string title, Html body) =>
        Html.Format(
                $"""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>{title} – TransferLens</title>
                <style>
                {new Html(Resource("report.css"))}</style>
                </head>
                <body>
                <a class="skip" href="#content">Skip to the answers</a>
                {body}
                <script>{new Html(Script)}</script>
                </body>
                </html>

                """
            )
            .Markup.ReplaceLineEndings("\n");

    private static string Resource(string name)
    {
        using var stream = typeof(PageFrame).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
