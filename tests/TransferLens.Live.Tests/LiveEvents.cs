using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace TransferLens.Live.Tests;

/// <summary>Reads the stream of events of a live page.</summary>
internal sealed class LiveEvents : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient client = new() { Timeout = Patience };
    private IAsyncEnumerator<SseItem<string>> events = null!;

    /// <summary>Begins to listen.</summary>
    public static async Task<LiveEvents> OfAsync(LiveServer server)
    {
        var listener = new LiveEvents();
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

    /// <summary>Waits for the next event of a name that is as it should be.</summary>
    public async Task<JsonNode> NextAsync(string name, Func<JsonNode, bool>? which = null)
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken))
        {
            if (
                events.Current.EventType == name
                && JsonNode.Parse(events.Current.Data) is { } data
                && which?.Invoke(data) != false
            )
            {
                return data;
            }
        }

        throw new InvalidOperationException($"The stream ended without the event '{name}'.");
    }

    /// <summary>Whether the stream is at its end.</summary>
    public async Task<bool> EndsAsync()
    {
        try
        {
            while (await events.MoveNextAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken)) { }
        }
        catch (IOException)
        {
            // The server closed the connection: an end as good as any.
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await ValueTask.CompletedTask;
    }
}
