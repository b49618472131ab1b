using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;

namespace TransferLens.Live.Tests;

public sealed partial class LiveServerTests : IAsyncLifetime
{
    private const string Secret = "must not be served";

    private readonly WatchedRun run = new();
    private readonly HttpClient client = new();
    private LiveServer server = null!;

    public async ValueTask InitializeAsync()
    {
        run.Begin();
        run.Write("report.html", "<!DOCTYPE html><title>report</title>");
        run.Write("results.json", "{}");
        run.Write("figures/a-b.1.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
        run.Write("tables/a.csv", "a,b");
        run.Write("secret.html", Secret);
        run.Write(".hidden.html", Secret);
        run.Write("figures/notes.txt", Secret);
        run.Write("figures/.a.svg", Secret);
        run.Write("figures/deep/a.svg", Secret);
        run.Write("checkpoints/a.safetensors", Secret);
        await File.WriteAllTextAsync(run.NextTo("outside.svg"), Secret);
        File.CreateSymbolicLink(run["figures/link.svg"], run.NextTo("outside.svg"));
        File.CreateSymbolicLink(run["figures/relative.svg"], "../../outside.svg");
        Directory.CreateDirectory(run.NextTo("elsewhere"));
        await File.WriteAllTextAsync(run.NextTo("elsewhere/a.csv"), Secret);
        server = await run.ServeAsync();
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/live.js", "text/javascript")]
    [InlineData("/curves.js", "text/javascript")]
    [InlineData("/live.css", "text/css")]
    [InlineData("/run/report.html", "text/html")]
    [InlineData("/run/results.json", "application/json")]
    [InlineData("/run/figures/a-b.1.svg", "image/svg+xml")]
    [InlineData("/run/tables/a.csv", "text/csv")]
    public async Task The_page_and_the_files_of_the_run_have_their_media_types(string path, string type)
    {
        var response = await client.GetAsync(new Uri(server.Address, path), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-store", $"{response.Headers.CacheControl}");
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; ", policy);
        Assert.DoesNotContain("http", policy);
        Assert.DoesNotContain("unsafe-eval", policy);
        Assert.Equal(
            path == "/run/report.html" || path.StartsWith("/run/", StringComparison.Ordinal),
            policy.Contains("unsafe-inline", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("/run/secret.html")]
    [InlineData("/run/.hidden.html")]
    [InlineData("/run/plan.json")]
    [InlineData("/run/figures/notes.txt")]
    [InlineData("/run/figures/.a.svg")]
    [InlineData("/run/figures/deep/a.svg")]
    [InlineData("/run/figures")]
    [InlineData("/run/figures/")]
    [InlineData("/run/")]
    [InlineData("/run//etc/passwd")]
    [InlineData("/run/checkpoints/a.safetensors")]
    [InlineData("/run/figures/link.svg")]
    [InlineData("/run/figures/relative.svg")]
    [InlineData("/run/../outside.svg")]
    [InlineData("/run/figures/../../outside.svg")]
    [InlineData("/run/figures/..%2f..%2foutside.svg")]
    [InlineData("/run/figures/%2e%2e/%2e%2e/outside.svg")]
    [InlineData("/run/figures/%2e%2e%2f%2e%2e%2foutside.svg")]
    [InlineData("/run/figures/..%5c..%5coutside.svg")]
    [InlineData("/run/figures/%252e%252e%252f%252e%252e%252foutside.svg")]
    [InlineData("/run/..%2foutside.svg")]
    [InlineData("/run/%2fetc%2fpasswd")]
    [InlineData("/run/report.html%00")]
    [InlineData("/run/report.html%0a")]
    [InlineData("/run/REPORT.HTML")]
    [InlineData("/log/..%2f..%2fplan")]
    [InlineData("/log/0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/../../../../etc/passwd")]
    public async Task Other_paths_are_not_found(string path)
    {
        var answer = await RawAsync(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.Address.Port}\r\nConnection: close\r\n\r\n"
        );
        Assert.Matches(@"^HTTP/1\.1 (404|400) ", answer);
        Assert.DoesNotContain(Secret, answer);
        Assert.DoesNotContain("root:", answer);
    }

    [Fact]
    public async Task Folders_that_are_links_are_not_followed()
    {
        Directory.Delete(run["tables"], recursive: true);
        Directory.CreateSymbolicLink(run["tables"], run.NextTo("elsewhere"));
        Assert.Equal(
            HttpStatusCode.NotFound,
            (
                await client.GetAsync(
                    new Uri(server.Address, "/run/tables/a.csv"),
                    TestContext.Current.CancellationToken
                )
            ).StatusCode
        );
    }

    [Theory]
    [InlineData("127.0.0.1:{0}", 200)]
    [InlineData("localhost:{0}", 200)]
    [InlineData("LOCALHOST:{0}", 200)]
    [InlineData("[::1]:{0}", 200)]
    [InlineData("evil.example:{0}", 403)]
    [InlineData("evil.example", 403)]
    [InlineData("localhost.evil.example:{0}", 403)]
    [InlineData("127.0.0.1.evil.example:{0}", 403)]
    [InlineData("localhost", 403)]
    [InlineData("localhost:1", 403)]
    [InlineData("192.0.2.1:{0}", 403)]
    [InlineData("0.0.0.0:{0}", 403)]
    [InlineData("", 403)]
    [InlineData("a b", 400)]
    public async Task Only_requests_to_names_of_this_machine_are_answered(string host, int status)
    {
        foreach (var path in (string[])["/", "/events", "/run/report.html"])
        {
            var name = string.Format(null, host, server.Address.Port);
            var answer = await RawAsync(
                $"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n",
                firstLine: true
            );
            Assert.StartsWith($"HTTP/1.1 {status} ", answer);
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    public async Task Only_GET_is_accepted(string method)
    {
        using var request = new HttpRequestMessage(new(method), server.Address);
        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(
            (HttpStatusCode.MethodNotAllowed, "GET"),
            (response.StatusCode, string.Join(' ', response.Content.Headers.Allow))
        );
    }

    [Theory]
    [InlineData("/events", "Origin", "http://evil.example", 403)]
    [InlineData("/events", "Origin", "null", 403)]
    [InlineData("/events", "Origin", "http://127.0.0.1:1", 403)]
    [InlineData("/events", "Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("/run/results.json", "Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("/run/figures/a-b.1.svg", "Sec-Fetch-Site", "same-site", 403)]
    [InlineData("/run/results.json", "Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("/", "Sec-Fetch-Site", "none", 200)]
    public async Task Requests_from_other_sites_are_refused(string path, string header, string value, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, path));
        request.Headers.Add(header, value);
        Assert.Equal(
            status,
            (int)
                (
                    await client.SendAsync(
                        request,
                        HttpCompletionOption.ResponseHeadersRead,
                        TestContext.Current.CancellationToken
                    )
                ).StatusCode
        );
    }

    [Fact]
    public async Task Links_on_other_sites_may_open_the_page()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        request.Headers.Add("Sec-Fetch-Dest", "document");
        Assert.Equal(
            HttpStatusCode.OK,
            (await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode
        );
    }

    [Fact]
    public async Task The_log_of_a_task_is_plain_text()
    {
        run.Start(WatchedRun.Train);
        await File.WriteAllTextAsync(
            run.Store.Running(WatchedRun.Train.Key).Log,
            "<script>",
            TestContext.Current.CancellationToken
        );
        var response = await client.GetAsync(
            new Uri(server.Address, $"/log/{WatchedRun.Train.Key}"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            ("text/plain", "<script>"),
            (
                response.Content.Headers.ContentType!.MediaType,
                await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
            )
        );
    }

    [Fact]
    public async Task The_page_has_no_external_resources_and_no_inline_scripts_or_styles()
    {
        foreach (var path in (string[])["/", "/live.js", "/curves.js", "/live.css", "/icon.svg"])
        {
            var text = await client.GetStringAsync(
                new Uri(server.Address, path),
                TestContext.Current.CancellationToken
            );
            Assert.DoesNotMatch(Outside(), text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal));
            Assert.DoesNotContain("innerHTML", text);
            Assert.True(path != "/" || !Inline().IsMatch(text));
        }
    }

    [Fact]
    public async Task A_port_in_use_is_an_input_error()
    {
        var failure = await Assert.ThrowsAsync<InputException>(() =>
            LiveServer.StartAsync(
                new(run[[]], () => throw new InputException("none")),
                IPAddress.Loopback,
                server.Address.Port,
                run.Time,
                TestContext.Current.CancellationToken
            )
        );
        Assert.Contains($"port {server.Address.Port}", failure.Message);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        run.Dispose();
    }

    // HttpClient would normalize the path.
    private async Task<string> RawAsync(string request, bool firstLine = false)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, TestContext.Current.CancellationToken);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        return firstLine
            ? await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? ""
            : await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("https?://|//[a-z]+\\.[a-z]", RegexOptions.IgnoreCase)]
    private static partial Regex Outside();

    [GeneratedRegex("<style|style=|<script(?![^>]*src=)| on[a-z]+=", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();
}
