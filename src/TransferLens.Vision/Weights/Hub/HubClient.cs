using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights.Hub;

/// <summary>A file on the hub.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="ETag">SHA-256 of a large file, or Git's SHA-1 of a small one, in hexadecimal digits.</param>
/// <param name="Length">Its length in bytes.</param>
internal sealed record HubFile(string Name, string ETag, long Length);

/// <summary>
/// What is asked of the hub, over HTTP. The token is sent to the hub only, never to where it redirects.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MostListBytes = 32 << 20;

    private readonly HubModel model;
    private readonly HubSettings settings;
    private readonly HttpClient direct;
    private readonly HttpClient following;

    public HubClient(HubModel model, HubSettings settings)
    {
        this.model = model;
        this.settings = settings;
        direct = Create(follow: false);
        following = Create(follow: true);
    }

    public void Dispose()
    {
        direct.Dispose();
        following.Dispose();
    }

    /// <summary>The commit of the model's revision, and the names of its files.</summary>
    /// <exception cref="InputException">The hub refuses, or answers something else.</exception>
    /// <exception cref="HttpRequestException">The hub cannot be reached.</exception>
    public (string Commit, ImmutableArray<string> Files) List(CancellationToken cancellationToken)
    {
        var address = new Uri(
            settings.Endpoint,
            $"api/models/{model.Owner}/{model.Name}/revision/{Uri.EscapeDataString(model.Revision)}"
        );
        using var answer = Send(following, new(HttpMethod.Get, address), cancellationToken);
        try
        {
            using var body = answer.Content.ReadAsStream(cancellationToken);
            var json = JsonNode.Parse(Limited(body))!;
            var commit = (string)json["sha"]!;
            return commit.Length == 40 && commit.All(char.IsAsciiHexDigitLower)
                ? (
                    commit,
                    [
                        .. json["siblings"]!
                            .AsArray()
                            .Select(file => (string)file!["rfilename"]!)
                            .Where(HubFiles.IsSafe),
                    ]
                )
                : throw new FormatException();
        }
        catch (Exception wrong)
            when (wrong
                    is JsonException
                        or FormatException
                        or InvalidOperationException
                        or NullReferenceException
                        or ArgumentNullException
            )
        {
            throw new InputException(
                $"{settings.Endpoint} does not answer as a hub does; check HF_ENDPOINT.",
                wrong
            );
        }
    }

    /// <summary>Length and checksum of a file.</summary>
    /// <exception cref="InputException">The hub refuses, or gives no checksum.</exception>
    /// <exception cref="HttpRequestException">The hub cannot be reached.</exception>
    public HubFile Describe(string commit, string name, CancellationToken cancellationToken)
    {
        using var answer = Send(direct, new(HttpMethod.Head, Address(commit, name)), cancellationToken);
        var etag = (Header(answer, "X-Linked-ETag") ?? answer.Headers.ETag?.Tag ?? "").Trim('"');
        var length = long.TryParse(Header(answer, "X-Linked-Size"), out var linked)
            ? linked
            : answer.Content.Headers.ContentLength ?? -1;
        return etag.Length is 40 or 64 && etag.All(char.IsAsciiHexDigitLower) && length >= 0
            ? new(name, etag, length)
            : throw new InputException($"The hub gives no checksum of '{name}' of {model}, so it is not downloaded.");
    }

    /// <summary>The content of a file from a position on.</summary>
    /// <exception cref="InputException">The hub refuses.</exception>
    /// <exception cref="HttpRequestException">The hub cannot be reached.</exception>
    public HttpResponseMessage Open(string commit, string name, long from, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Address(commit, name));
        request.Headers.Range = from > 0 ? new RangeHeaderValue(from, null) : null;
        return Send(following, request, cancellationToken);
    }

    private Uri Address(string commit, string name) =>
        new(
            settings.Endpoint,
            $"{model.Owner}/{model.Name}/resolve/{commit}/"
                + string.Join('/', name.Split('/').Select(Uri.EscapeDataString))
        );

    private HttpResponseMessage Send(HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            var answer = client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.IsSuccessStatusCode || (int)answer.StatusCode is >= 300 and < 400)
            {
                return answer;
            }

            answer.Dispose();
            throw new InputException(Refusal(answer.StatusCode));
        }
    }

    private string Refusal(HttpStatusCode status) =>
        status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => settings.Token is null
                ? $"The hub does not show {model} without a token; set HF_TOKEN, and check the name."
                : $"The hub does not show {model} to the owner of this token; ask for access on its page.",
            HttpStatusCode.NotFound => $"The hub knows no {model}; check owner, name and revision.",
            _ => $"The hub answers {(int)status} when asked for {model}; try again later.",
        };

    private HttpClient Create(bool follow)
    {
        // No automatic decompression: bytes are counted as they are stored.
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = follow })
        {
            Timeout = TimeSpan.FromSeconds(100),
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("transferlens");
        if (settings.Token is { } token)
        {
            // .NET drops it when it follows a redirection.
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return client;
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.First() : null;

    private static byte[] Limited(Stream body)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (body.Read(buffer) is > 0 and var count)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > MostListBytes)
            {
                throw new FormatException();
            }
        }

        return bytes.ToArray();
    }
}
