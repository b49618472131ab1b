using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TransferLens.Live;

/// <summary>Sends the events of the run to open pages, as server-sent events.</summary>
/// <param name="feed">The state of the run.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">Cancelled when the server stops.</param>
internal sealed class LiveStream(LiveFeed feed, TimeProvider time, CancellationToken stopping)
{
    private const int MaximumListeners = 32;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private int listeners;

    /// <summary>Sends events until the page is closed or the server stops.</summary>
    public async Task SendAsync(HttpContext context)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        try
        {
            if (Interlocked.Increment(ref listeners) > MaximumListeners)
            {
                const string tooMany = "Too many pages are open. Close some of them.";
                await TextResponse
                    .WriteAsync(context, StatusCodes.Status503ServiceUnavailable, tooMany)
                    .ConfigureAwait(false);
                return;
            }

            context.Response.ContentType = "text/event-stream";
            context.Response.Headers[HeaderNames.ContentEncoding] = "identity";
            await SendAsync(context.Response, cancellation.Token).ConfigureAwait(false);
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

    private async Task SendAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        var messages = new LiveMessages(feed);
        var lastSent = time.GetTimestamp();
        await response.WriteAsync("retry: 1000\n\n", cancellationToken).ConfigureAwait(false);
        while (true)
        {
            foreach (var (name, data) in messages.Next())
            {
                await response.WriteAsync($"event: {name}\ndata: {data}\n\n", cancellationToken).ConfigureAwait(false);
                lastSent = time.GetTimestamp();
            }

            if (time.GetElapsedTime(lastSent) >= KeepAlive)
            {
                await response.WriteAsync(": keep-alive\n\n", cancellationToken).ConfigureAwait(false);
                lastSent = time.GetTimestamp();
            }

            await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(LiveFeed.Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
