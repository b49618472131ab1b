using Microsoft.Playwright;
using TransferLens.Report.Comparisons;
using TransferLens.Tests;

namespace TransferLens.Report.Tests.Pages;

/// <summary>Report and comparison in a real browser: desktop and phone widths, light and dark colours.</summary>
public sealed class BrowserTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    // Clipped or overflowing text, except in scrolling areas and in text for screen readers only.
    private const string Clipped = """
        () => [...document.querySelectorAll('body *')]
            .filter(e => !e.closest('svg, .scroll, .drawing, .unseen') && e.checkVisibility())
            .filter(e => getComputedStyle(e).display !== 'inline' && e.scrollWidth > e.clientWidth + 1)
            .map(e => `${e.tagName} ${e.className}: ${e.scrollWidth} > ${e.clientWidth}: `
                + e.textContent.slice(0, 60))
        """;

    // Images without an accessible name; an image inside a named one needs none.
    private const string Nameless = """
        () => [...document.querySelectorAll('img, svg, [role=img]')]
            .filter(e => !e.getAttribute('alt') && !e.getAttribute('aria-label'))
            .filter(e => !e.querySelector(':scope > title')?.textContent)
            .filter(e => !e.parentElement.closest('[role=img]'))
            .map(e => e.outerHTML.slice(0, 80))
        """;

    // Text whose contrast with the background behind it is below the 4.5 of WCAG 2.2.
    private const string Faint = """
        () => {
            const parts = colour => colour.match(/[\d.]+/g).map(Number);
            const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            const luminance = colour => {
                const [r, g, b] = parts(colour).map(v => linear(v / 255));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const background = e => {
                for (; e; e = e.parentElement) {
                    const colour = getComputedStyle(e).backgroundColor;
                    if ((parts(colour)[3] ?? 1) > 0) return colour;
                }
                return 'rgb(255, 255, 255)';
            };
            const faint = [];
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const e = walker.currentNode.parentElement;
                if (!walker.currentNode.data.trim() || e.closest('svg') || !e.checkVisibility()) continue;
                const colours = [getComputedStyle(e).color, background(e)];
                const [a, b] = colours.map(luminance).sort((x, y) => y - x);
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
    public async Task A_page_fits_its_width_and_is_legible(bool comparison, int width, ColorScheme colours)
    {
        var page = await browser.OpenPageAsync(width, colours);
        List<string> problems = [];
        page.Console += (_, message) => problems.Add(message.Text);
        page.PageError += (_, error) => problems.Add(error);
        var address = new Uri(
            comparison ? WriteComparison() : ReportWriter.Write(SampleReport.WithImages(), folder["run"])
        ).AbsoluteUri;
        page.Request += (_, request) =>
            problems.AddRange(
                request.Url == address || request.Url.StartsWith("data:", StringComparison.Ordinal) ? [] : [request.Url]
            );
        await page.GotoAsync(address);
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(e => e.open = true)");

        Assert.Empty(problems);
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        Assert.Empty(await page.EvaluateAsync<string[]>(Clipped));
        Assert.Empty(await page.EvaluateAsync<string[]>(Nameless));
        Assert.Empty(await page.EvaluateAsync<string[]>(Faint));
        Assert.Empty(await Axe.ViolationsAsync(page));
        await page.CloseAsync();
    }

    [Fact]
    public async Task Figures_can_be_touched_read_by_keyboard_and_saved()
    {
        var page = await browser.OpenPageAsync(1280, ColorScheme.Light);
        await page.GotoAsync(new Uri(ReportWriter.Write(SampleReport.Content(), folder["run"])).AbsoluteUri);
        // A link opens the section that it leads to.
        await page.ClickAsync(".strip a");
        Assert.True(await page.EvaluateAsync<bool>("() => document.querySelector('figure.chart').checkVisibility()"));

        var value = page.Locator("figure.chart .value:visible").Last; // Over the others where they touch.
        await value.HoverAsync();
        var series = await value.GetAttributeAsync("data-series");
        Assert.StartsWith($"{series}, ", await page.InnerTextAsync(".tip"), StringComparison.Ordinal);
        await page.FocusAsync("figure.chart .panels > svg");
        await page.Keyboard.PressAsync("ArrowRight");
        var first = await page.InnerTextAsync(".tip");
        await page.Keyboard.PressAsync("ArrowRight");
        var second = await page.InnerTextAsync(".tip");
        Assert.NotEqual(first, second);
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await page.IsVisibleAsync(".tip"));

        const string Shown = "() => document.querySelectorAll('figure.chart .series:not(.off)').length";
        var all = await page.EvaluateAsync<int>(Shown);
        await page.ClickAsync("figure.chart .legend button");
        Assert.True(await page.EvaluateAsync<int>(Shown) < all);

        var heading = await page.GetAttributeAsync("figure.chart .panels > svg", "data-heading");
        (string, string)[] starts = [("SVG", "<svg"), ("PNG", "\u0089PNG"), ("CSV", "panel,heading,series,position")];
        foreach (var (format, start) in starts)
        {
            var waiting = page.WaitForDownloadAsync();
            await page.ClickAsync($"figure.chart .tools button:text-is('{format}')");
            var saved = await waiting;
            Assert.Equal($"performance_barrier-cartoon.{format.ToLowerInvariant()}", saved.SuggestedFilename);
            var bytes = await File.ReadAllBytesAsync((await saved.PathAsync())!, TestContext.Current.CancellationToken);
            var text = System.Text.Encoding.Latin1.GetString(bytes);
            Assert.StartsWith(start, text, StringComparison.Ordinal);
            if (format == "CSV")
            {
                Assert.Contains($"\n1,{heading},", text, StringComparison.Ordinal);
            }
        }

        await page.CloseAsync();
    }

    [Fact]
    public async Task Images_are_chosen_by_their_properties_and_enlarged()
    {
        var page = await browser.OpenPageAsync(1280, ColorScheme.Light);
        await page.GotoAsync(new Uri(ReportWriter.Write(SampleReport.WithImages(), folder["run"])).AbsoluteUri);
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(e => e.open = true)");
        var form = page.Locator("figure.gallery form");
        Assert.Equal("4 of 4 shown", await form.Locator("output").InnerTextAsync());
        await form.GetByLabel("class").SelectOptionAsync("cat");
        Assert.Equal("2 of 4 shown", await form.Locator("output").InnerTextAsync());
        await form.GetByLabel("incorrect").SelectOptionAsync("both");
        Assert.Equal("1 of 4 shown", await form.Locator("output").InnerTextAsync());
        await form.GetByLabel("class").SelectOptionAsync("all");
        await form.GetByLabel("incorrect").SelectOptionAsync("all");
        await form.GetByLabel("confidence").FillAsync("90");
        Assert.Equal("1 of 4 shown", await form.Locator("output").InnerTextAsync());
        Assert.Equal(1, await page.Locator("figure.gallery li:visible").CountAsync());

        await page.ClickAsync("figure.gallery li:visible button");
        Assert.True(await page.IsVisibleAsync("dialog.enlarged"));
        Assert.Empty(await Axe.ViolationsAsync(page));
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await page.IsVisibleAsync("dialog.enlarged"));
        await page.CloseAsync();
    }

    [Fact]
    public async Task Tables_are_sorted_by_their_headings()
    {
        var page = await browser.OpenPageAsync(1280, ColorScheme.Light);
        await page.GotoAsync(new Uri(ReportWriter.Write(SampleReport.Content(), folder["run"])).AbsoluteUri);
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(e => e.open = true)");
        const string Table = "details.whole table";
        await page.ClickAsync($"{Table} thead th:nth-child(2) button");
        Assert.Equal("P-T s1", await page.InnerTextAsync($"{Table} tbody tr:first-child th"));
        await page.ClickAsync($"{Table} thead th:nth-child(2) button");
        Assert.Equal("P-T s20", await page.InnerTextAsync($"{Table} tbody tr:first-child th"));
        Assert.Equal("descending", await page.GetAttributeAsync($"{Table} thead th:nth-child(2)", "aria-sort"));
        await page.CloseAsync();
    }

    [Fact]
    public async Task The_first_tab_stop_skips_to_the_answers()
    {
        var page = await browser.OpenPageAsync(1280, ColorScheme.Light);
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

    private string WriteComparison()
    {
        var studies = new[] { ("cartoon-from-cifar-with-a-long-name", "cartoon"), ("sketch-from-cifar", "sketch") };
        foreach (var (name, target) in studies)
        {
            Directory.CreateDirectory(folder[name]);
            File.WriteAllText(folder[name, "results.json"], SampleResults.Json(name, target).ToJsonString());
        }

        return ComparisonWriter.Write(
            Comparison.Create(
                ResultsFile.Read([folder["cartoon-from-cifar-with-a-long-name"], folder["sketch-from-cifar"]])
            ),
            folder["comparison"]
        );
    }
}
