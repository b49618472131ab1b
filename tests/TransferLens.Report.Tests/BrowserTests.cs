using Microsoft.Playwright;
using TransferLens.Report.Comparisons;
using TransferLens.Tests;

namespace TransferLens.Report.Tests;

/// <summary>What a reader sees: report and comparison in a real browser, on a desk and on a phone, by day and by night.</summary>
public sealed class BrowserTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    // Text cut off or running out of its box, outside of what scrolls on purpose and of what is for screen readers only.
    private const string Clipped = """
        () => [...document.querySelectorAll('body *')]
            .filter(e => !e.closest('svg') && !e.closest('.scroll') && !e.closest('.drawing') && !e.closest('.unseen') && e.checkVisibility())
            .filter(e => getComputedStyle(e).display !== 'inline' && e.scrollWidth > e.clientWidth + 1)
            .map(e => `${e.tagName} ${e.className}: ${e.scrollWidth} > ${e.clientWidth}: ${e.textContent.slice(0, 60)}`)
        """;

    // An image within one that has a name is part of it.
    private const string Nameless = """
        () => [...document.querySelectorAll('img, svg, [role=img]')]
            .filter(e => !(e.getAttribute('alt') || e.getAttribute('aria-label') || e.querySelector(':scope > title')?.textContent || e.parentElement.closest('[role=img]')))
            .map(e => e.outerHTML.slice(0, 80))
        """;

    // WCAG 2.2: contrast of every piece of text with the nearest background that is painted.
    private const string Faint = """
        () => {
            const parts = colour => colour.match(/[\d.]+/g).map(Number);
            const light = colour => { const [r, g, b] = parts(colour).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if ((parts(c)[3] ?? 1) > 0) return c; } return 'rgb(255, 255, 255)'; };
            const faint = [];
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const e = walker.currentNode.parentElement;
                if (!walker.currentNode.data.trim() || e.closest('svg') || !e.checkVisibility()) continue;
                const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
                const ratio = (a + 0.05) / (b + 0.05);
                if (ratio < 4.5) faint.push(`${ratio.toFixed(2)}: ${e.textContent.slice(0, 40)}`);
            }
            return faint;
        }
        """;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<bool, int, ColorScheme> Views { get; } =
        new MatrixTheoryData<bool, int, ColorScheme>([false, true], [1280, 390], [ColorScheme.Light, ColorScheme.Dark]);

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_page_is_whole_quiet_and_legible(bool comparison, int width, ColorScheme colours)
    {
        var page = await browser.PageAsync(width, colours);
        List<string> said = [];
        page.Console += (_, message) => said.Add(message.Text);
        page.PageError += (_, error) => said.Add(error);
        var address = new Uri(
            comparison ? Comparison() : ReportWriter.Write(SampleReport.Content(), folder["run"])
        ).AbsoluteUri;
        page.Request += (_, request) =>
            said.AddRange(
                request.Url == address || request.Url.StartsWith("data:", StringComparison.Ordinal) ? [] : [request.Url]
            );
        await page.GotoAsync(address);
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(e => e.open = true)");

        Assert.Empty(said);
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        Assert.Empty(await page.EvaluateAsync<string[]>(Clipped));
        Assert.Empty(await page.EvaluateAsync<string[]>(Nameless));
        Assert.Empty(await page.EvaluateAsync<string[]>(Faint));
        await page.CloseAsync();
    }

    [Fact]
    public async Task The_first_tab_stop_skips_to_the_answers()
    {
        var page = await browser.PageAsync(1280, ColorScheme.Light);
        await page.GotoAsync(new Uri(ReportWriter.Write(SampleReport.Content(), folder["run"])).AbsoluteUri);
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal(
            "Skip to the answers",
            await page.EvaluateAsync<string>("() => document.activeElement.textContent")
        );
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("content", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        await page.CloseAsync();
    }

    public void Dispose() => folder.Dispose();

    private string Comparison()
    {
        foreach (
            var (name, target) in new[]
            {
                ("cartoon-from-cifar-with-a-long-name", "cartoon"),
                ("sketch-from-cifar", "sketch"),
            }
        )
        {
            Directory.CreateDirectory(folder[name]);
            File.WriteAllText(folder[name, "results.json"], SampleResults.Json(name, target).ToJsonString());
        }

        return ComparisonWriter.Write(
            Report.Comparisons.Comparison.Create(
                ResultsFile.Read([folder["cartoon-from-cifar-with-a-long-name"], folder["sketch-from-cifar"]])
            ),
            folder["comparison"]
        );
    }
}
