using Microsoft.AspNetCore.Http;
using TransferLens.Report.Pages;

namespace TransferLens.Live;

/// <summary>
/// Answers requests for the page and its resources, the stream of events, logs, and the report, figures and tables.
/// </summary>
/// <param name="feed">The state of the run.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">Cancelled when the server stops.</param>
internal sealed class LiveEndpoints(LiveFeed feed, TimeProvider time, CancellationToken stopping)
{
    // Only resources of this server, no inline scripts or styles, and no embedding in other pages.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    // The report is one file with inline styles and images, and the one script that this version writes.
    private static readonly string FilePolicy =
        $"default-src 'none'; script-src {PageFrame.ScriptSource}; "
        + "style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly RunFiles files = new(feed.Folder);
    private readonly LiveStream stream = new(feed, time, stopping);

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        SetHeaders(context.Response.Headers);
        if (LiveGuard.Refusal(context) is { } refusal)
        {
            await TextResponse.WriteAsync(context, refusal.Status, refusal.Why).ConfigureAwait(false);
            return;
        }

        var path = context.Request.Path.Value ?? "";
        if (LiveAssets.Find(path) is { } asset)
        {
            context.Response.ContentType = asset.Type;
            await context.Response.Body.WriteAsync(asset.Bytes, context.RequestAborted).ConfigureAwait(false);
        }
        else if (path == "/events")
        {
            await stream.SendAsync(context).ConfigureAwait(false);
        }
        else
        {
            await SendFileAsync(context, path).ConfigureAwait(false);
        }
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = PagePolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private async Task SendFileAsync(HttpContext context, string path)
    {
        if (Below(path, "/log/") is { } key && feed.FindLog(key) is { } log)
        {
            await TextResponse.WriteAsync(context, StatusCodes.Status200OK, LogText.ReadEnd(log)).ConfigureAwait(false);
        }
        else if (Below(path, "/run/") is { } name && files.Find(name) is { } file)
        {
            context.Response.Headers.ContentSecurityPolicy = FilePolicy;
            context.Response.ContentType = file.Type;
            await context.Response.SendFileAsync(file.File, context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            await TextResponse
                .WriteAsync(context, StatusCodes.Status404NotFound, "Not found. The page is at /.")
                .ConfigureAwait(false);
        }
    }

    private static string? Below(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) ? path[folder.Length..] : null;
}
