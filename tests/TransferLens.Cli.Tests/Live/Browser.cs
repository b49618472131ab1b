using Microsoft.Playwright;

namespace TransferLens.Cli.Tests.Live;

/// <summary>Debian's Chromium, driven by Playwright; nothing is downloaded. Tests that want it are skipped where it is missing.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string Program = Environment.GetEnvironmentVariable("TRANSFERLENS_TEST_CHROMIUM")
        is { Length: > 0 } named
        ? named
        : "/usr/bin/chromium";

    // Milliseconds. A machine that computes much else shows late what it shows.
    private const int Patience = 120_000;

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (File.Exists(Program))
        {
            Assertions.SetDefaultExpectTimeout(Patience);
            playwright = await Playwright.CreateAsync();
            browser = await playwright.Chromium.LaunchAsync(
                new()
                {
                    ExecutablePath = Program,
                    Args =
                    [
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                    ],
                }
            );
        }
    }

    /// <summary>A new window; skips the test where there is no browser.</summary>
    internal async Task<Window> OpenAsync(int width, int height, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipUnless(
            browser is not null,
            $"Chromium is not at {Program}; install the package chromium, or name it in TRANSFERLENS_TEST_CHROMIUM."
        );
        var context = await browser!.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = height },
                ColorScheme = scheme,
            }
        );
        context.SetDefaultTimeout(Patience);
        return new(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }
}

/// <summary>A window of the browser, which notes what goes wrong in it and what it asks for.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext context;

    public Window(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        context.Console += (_, said) => Said.Add($"{said.Type}: {said.Text}");
        context.WebError += (_, error) => Said.Add(error.Error);
        context.Request += (_, request) => Asked.Add(request.Url);
    }

    /// <summary>Its page.</summary>
    public IPage Page { get; }

    /// <summary>What stands in its console.</summary>
    public List<string> Said { get; } = [];

    /// <summary>What it asked for.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Sees that nothing went wrong, and that nobody but the server was asked.</summary>
    public void IsClean(Uri server)
    {
        Assert.Empty(Said);
        Assert.All(Asked, url => Assert.StartsWith($"{server}", url));
    }

    /// <summary>Sees that nothing is wider than the window.</summary>
    public async Task FitsAsync() =>
        Assert.Equal(
            0,
            await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        );

    public async ValueTask DisposeAsync() => await context.DisposeAsync();
}
