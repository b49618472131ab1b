using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace TransferLens.Live.Tests;

/// <summary>Reads the stream of events of a live page. The clock of the server advances while it waits.</summary>
internal sealed class LiveEvents : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly HttpClient client = new() { Timeout = Timeout };
    private readonly FakeTimeProvider time;
    private IAsyncEnumerator<SseItem<string>> events = null!;

    private LiveEvents(FakeTimeProvider time) => this.time = time;

    /// <summary>Opens the stream of a server.</summary>
    public static async Task<LiveEvents> OpenAsync(LiveServer server, FakeTimeProvider time)
    {
        var listener = new LiveEvents(time);
        var response = await listener.client.GetAsync(
            new Uri(server.Address, "/events"),
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        listener.events = SseParser
            .Create(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken))
            .EnumerateAsync(TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        return listener;
    }

    /// <summary>Waits for the next event with the given name that fulfils the condition.</summary>
    public async Task<JsonNode> NextAsync(string name, Func<JsonNode, bool>? condition = null)
    {
        while (await MoveNextAsync())
        {
            if (
                events.Current.EventType == name
                && JsonNode.Parse(events.Current.Data) is { } data
                && condition?.Invoke(data) != false
            )
            {
                return data;
            }
        }

        throw new InvalidOperationException($"The stream ended without the event '{name}'.");
    }

    /// <summary>Reads until the stream ends.</summary>
    public async Task ReadToEndAsync()
    {
        try
        {
            while (await MoveNextAsync()) { }
        }
        catch (IOException)
        {
            // The server closed the connection, which ends the stream too.
        }
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await ValueTask.CompletedTask;
    }

    private async Task<bool> MoveNextAsync()
    {
        var next = events.MoveNextAsync().AsTask().WaitAsync(Timeout, TestContext.Current.CancellationToken);
        while (!next.IsCompleted)
        {
            time.Advance(LiveFeed.Interval);
            // The server answers on its own threads.
            await Task.WhenAny(next, Task.Delay(Poll, TimeProvider.System, TestContext.Current.CancellationToken));
        }

        return await next;
    }
}
