using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TransferLens.Live;

/// <summary>Answers requests: the page and its parts, the stream of events, logs, and the run's report, figures and tables.</summary>
/// <param name="feed">What there is to see.</param>
/// <param name="ending">Set when the server stops.</param>
internal sealed class LiveAnswers(LiveFeed feed, CancellationToken ending)
{
    // Nothing from outside, nothing within a page's text, no frame around it.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    // The report is one file: its styles and images are in its text. It has no script.
    private const string FilePolicy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const int MostListeners = 32;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly RunFiles files = new(feed.Folder);
    private int listeners;

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = PagePolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        var path = context.Request.Path.Value ?? "";
        if (LiveGuard.Refusal(context) is { } refusal)
        {
            await TextAsync(context, refusal.Status, refusal.Why).ConfigureAwait(false);
        }
        else if (LiveAssets.Find(path) is { } asset)
        {
            context.Response.ContentType = asset.Type;
            await context.Response.Body.WriteAsync(asset.Bytes, context.RequestAborted).ConfigureAwait(false);
        }
        else if (path == "/events")
        {
            await EventsAsync(context).ConfigureAwait(false);
        }
        else if (path.StartsWith("/log/", StringComparison.Ordinal) && feed.Log(path["/log/".Length..]) is { } log)
        {
            await TextAsync(context, StatusCodes.Status200OK, LogText.End(log)).ConfigureAwait(false);
        }
        else if (path.StartsWith("/run/", StringComparison.Ordinal) && files.Find(path["/run/".Length..]) is { } file)
        {
            headers.ContentSecurityPolicy = FilePolicy;
            context.Response.ContentType = file.Type;
            await context.Response.SendFileAsync(file.File, context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            await TextAsync(context, StatusCodes.Status404NotFound, "There is nothing here; the page is at /.")
                .ConfigureAwait(false);
        }
    }

    private static Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private async Task EventsAsync(HttpContext context)
    {
        using var cancellationToken = CancellationTokenSource.CreateLinkedTokenSource(ending, context.RequestAborted);
        try
        {
            if (Interlocked.Increment(ref listeners) > MostListeners)
            {
                await TextAsync(context, StatusCodes.Status503ServiceUnavailable, "Too many pages listen; close some.")
                    .ConfigureAwait(false);
                return;
            }

            context.Response.ContentType = "text/event-stream";
            context.Response.Headers[HeaderNames.ContentEncoding] = "identity";
            await TellAsync(context.Response, cancellationToken.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or the server stops.
        }
        finally
        {
            Interlocked.Decrement(ref listeners);
        }
    }

    private async Task TellAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        var messages = new LiveMessages(feed);
        var quiet = TimeSpan.Zero;
        await response.WriteAsync("retry: 1000\n\n", cancellationToken).ConfigureAwait(false);
        while (true)
        {
            foreach (var (name, data) in messages.New())
            {
                await response.WriteAsync($"event: {name}\ndata: {data}\n\n", cancellationToken).ConfigureAwait(false);
                quiet = TimeSpan.Zero;
            }

            if (quiet >= KeepAlive)
            {
                await response.WriteAsync(": nothing new\n\n", cancellationToken).ConfigureAwait(false);
                quiet = TimeSpan.Zero;
            }

            await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(LiveFeed.Pause, cancellationToken).ConfigureAwait(false);
            quiet += LiveFeed.Pause;
        }
    }
}
