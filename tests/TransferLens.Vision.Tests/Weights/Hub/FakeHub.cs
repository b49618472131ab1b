using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace TransferLens.Vision.Tests.Weights.Hub;

/// <summary>
/// A hub on loopback with one model, <c>owner/name</c>. Large files are redirected to another port, as the real one
/// redirects them to its content network.
/// </summary>
internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly HttpListener hub = Listen();
    private readonly HttpListener content = Listen();
    private readonly SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);

    public FakeHub()
    {
        Serve(hub, Answer);
        Serve(content, context => Send(context, context.Request.Url!.AbsolutePath[1..]));
    }

    /// <summary>Its address.</summary>
    public string Address => hub.Prefixes.Single();

    /// <summary>What was asked, for example <c>GET /owner/name/resolve/... Range bytes=3- Bearer secret</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The same for the other port.</summary>
    public ConcurrentQueue<string> ContentRequests { get; } = new();

    /// <summary>The token without which nothing is shown; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Bytes after which a download breaks off, once; 0 for never.</summary>
    public int BreaksAfter { get; set; }

    /// <summary>Whether bytes arrive changed.</summary>
    public bool Corrupts { get; set; }

    public void Add(string name, string text) => files[name] = Encoding.UTF8.GetBytes(text);

    public void Add(string name, byte[] bytes) => files[name] = bytes;

    public void Dispose()
    {
        hub.Close();
        content.Close();
    }

#pragma warning disable CA5350 // Git's names are SHA-1.
    public static string GitName(byte[] bytes) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));
#pragma warning restore CA5350

    private static HttpListener Listen()
    {
        for (var port = 20_000 + (Environment.ProcessId % 20_000); ; port++)
        {
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }

    private static void Serve(HttpListener listener, Action<HttpListenerContext> answer) =>
        _ = Task.Run(() =>
        {
            while (listener.IsListening)
            {
                try
                {
                    var context = listener.GetContext();
                    answer(context);
                    context.Response.Close();
                }
                catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
                {
                    // The listener is closed, or the client left.
                }
            }
        });

    private void Answer(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Requests.Enqueue(Describe(request));
        var path = request.Url!.AbsolutePath;
        if (Token is not null && request.Headers["Authorization"] != $"Bearer {Token}")
        {
            response.StatusCode = 401;
        }
        else if (path is "/api/models/owner/name/revision/main" or $"/api/models/owner/name/revision/{Commit}")
        {
            var list = new JsonObject
            {
                ["sha"] = Commit,
                ["siblings"] = new JsonArray([
                    .. files.Keys.Select(name => new JsonObject { ["rfilename"] = name }),
                ]),
            };
            response.OutputStream.Write(Encoding.UTF8.GetBytes(list.ToJsonString()));
        }
        else if (Name(path) is { } name && files.TryGetValue(name, out var bytes))
        {
            if (name.EndsWith(".json", StringComparison.Ordinal))
            {
                response.Headers["ETag"] = $"\"{GitName(bytes)}\"";
                Send(context, name);
            }
            else
            {
                response.Headers["X-Linked-ETag"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"";
                response.Headers["X-Linked-Size"] = $"{bytes.Length}";
                response.RedirectLocation = $"{content.Prefixes.Single()}{name}";
                response.StatusCode = 302;
            }
        }
        else
        {
            response.StatusCode = 404;
        }
    }

    private static string? Name(string path) =>
        path.StartsWith($"/owner/name/resolve/{Commit}/", StringComparison.Ordinal)
            ? Uri.UnescapeDataString(path[$"/owner/name/resolve/{Commit}/".Length..])
            : null;

    private void Send(HttpListenerContext context, string name)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.LocalEndPoint.Port == new Uri(content.Prefixes.Single()).Port)
        {
            ContentRequests.Enqueue(Describe(request));
        }

        var bytes = (byte[])files[name].Clone();
        var from = 0;
        if (request.Headers["Range"] is { } range)
        {
            from = int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
            response.StatusCode = 206;
        }

        if (Corrupts)
        {
            bytes[^1] ^= 1;
        }

        response.ContentLength64 = bytes.Length - from;
        if (request.HttpMethod == "HEAD")
        {
            return;
        }

        if (BreaksAfter > 0)
        {
            response.OutputStream.Write(bytes, from, BreaksAfter);
            BreaksAfter = 0;
            response.OutputStream.Flush();
            response.Abort();
            return;
        }

        response.OutputStream.Write(bytes, from, bytes.Length - from);
    }

    private static string Describe(HttpListenerRequest request) =>
        $"{request.HttpMethod} {request.Url!.AbsolutePath} {request.Headers["Range"]} {request.Headers["Authorization"]}";
}
