using Microsoft.Playwright;

namespace TransferLens.Report.Tests.Pages;

/// <summary>The installed Chromium, shared by the tests of a class. Tests are skipped if there is none.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Programs =
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (Programs.FirstOrDefault(File.Exists) is not { } program)
        {
            return;
        }

        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = program,
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

    /// <summary>Opens an empty page.</summary>
    public async Task<IPage> OpenPageAsync(int width, ColorScheme colours)
    {
        Assert.SkipWhen(browser is null, $"No Chromium is installed: {string.Join(", ", Programs)} do not exist.");
        return await browser!.NewPageAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = 900 },
                ColorScheme = colours,
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await (browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        playwright?.Dispose();
    }
}
