using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TransferLens.Cli.Tests.Runs;
using TransferLens.Tests;
using static Microsoft.Playwright.Assertions;

namespace TransferLens.Cli.Tests.Live;

public sealed partial class LivePageTests(Browser browser, FinishedStudy finished) : IClassFixture<Browser>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task The_page_of_a_finished_run_shows_curves_and_tasks_and_opens_the_report(
        int width,
        ColorScheme scheme
    )
    {
        await using var window = await browser.OpenAsync(width, 900, scheme);
        using var serve = Serve(finished.Study, out var address);
        await window.Page.GotoAsync($"{address}");
        await Expect(window.Page.Locator("#state")).ToContainTextAsync("finished");
        await Expect(window.Page.Locator("h1")).ToHaveTextAsync("tiny");
        await Expect(window.Page.Locator("#pace")).ToContainTextAsync("100 %");
        await Expect(window.Page.Locator(".curve[data-key]")).ToHaveCountAsync(5);
        await Expect(
                window.Page.GetByRole(
                    AriaRole.Img,
                    new() { NameRegex = new("Test accuracy by epoch, ink\\. P-T s1: .* %, 3 epochs") }
                )
            )
            .ToBeVisibleAsync();
        await Expect(window.Page.Locator("details.group")).ToHaveCountAsync(6);
        await Expect(window.Page.Locator("details.group[data-state=done]")).ToHaveCountAsync(6);
        await window.Page.Locator("summary", new() { HasText = "ink RI-T" }).ClickAsync();
        await Expect(window.Page.GetByText("needs decode ink, test images · decode ink, training images").First)
            .ToBeVisibleAsync();
        await window.FitsAsync();
        var report = await window.Page.RunAndWaitForPopupAsync(() =>
            window.Page.GetByRole(AriaRole.Link, new() { Name = "Open the report" }).ClickAsync()
        );
        await Expect(report.Locator("h1")).ToHaveTextAsync("tiny");
        await Expect(report.GetByRole(AriaRole.Heading, new() { Name = "Findings" })).ToBeVisibleAsync();
        window.IsClean(address);
        Assert.DoesNotContain(
            "torch",
            await File.ReadAllTextAsync($"/proc/{serve.Id}/maps", TestContext.Current.CancellationToken),
            StringComparison.OrdinalIgnoreCase
        );
    }

    [Fact]
    public async Task A_page_opened_before_the_run_shows_curves_that_grow_while_it_goes_on()
    {
        await using var window = await browser.OpenAsync(1280, 900);
        using var study = LongStudy.Make();
        using var serve = Serve(study, out var address);
        await window.Page.GotoAsync($"{address}");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Not started" })).ToBeVisibleAsync();
        using (var run = study.StartRun())
        {
            await Expect(window.Page.Locator("#state")).ToContainTextAsync("running");
            var first = window.Page.Locator(".curve[data-key]").First;
            await Expect(first).ToBeVisibleAsync();
            var points = await Points(first);
            await window.Page.WaitForFunctionAsync(
                "before => document.querySelector('.curve[data-key] polyline').getAttribute('points').split(' ').length >= before + 3",
                points
            );
            await Expect(window.Page.Locator(".legend span.running").First).ToContainTextAsync(" of 30");
            await Expect(window.Page.Locator("#now-list li").First).ToContainTextAsync("train ");
            await Expect(window.Page.Locator(".task[data-state=running] .more").First)
                .ToContainTextAsync("test accuracy");
            run.Kill();
        }

        await Expect(window.Page.Locator("#state")).ToContainTextAsync("stopped");
        await Expect(window.Page.Locator(".task[data-state=broken]").First).ToContainTextAsync("interrupted at ");
        window.IsClean(address);

        static async Task<int> Points(ILocator curve) =>
            (await curve.Locator("polyline").GetAttributeAsync("points"))!.Split(' ').Length;
    }

    [Fact]
    public async Task A_failed_task_shows_its_reason_and_its_log_as_text()
    {
        await using var window = await browser.OpenAsync(390, 900);
        using var study = new TinyStudy();
        study.Write("source/train/bar/00.png", "no image");
        study.Run().Ended(1);
        using var serve = Serve(study, out var address);
        await window.Page.GotoAsync($"{address}");
        await Expect(window.Page.Locator("#state")).ToContainTextAsync("failed");
        var failure = window.Page.Locator(".failure");
        await Expect(failure.GetByRole(AriaRole.Heading)).ToContainTextAsync("decode source, training images");
        await Expect(failure.Locator(".reason")).ToContainTextAsync("00.png");
        await Expect(failure.Locator("pre")).ToContainTextAsync("00.png");
        await Expect(window.Page.Locator(".task[data-state=skipped]").First)
            .ToContainTextAsync("a task that it needs failed");
        await window.FitsAsync();
        window.IsClean(address);
    }

    [Fact]
    public async Task A_lost_connection_is_told_and_comes_back_with_the_groups_that_were_open()
    {
        await using var window = await browser.OpenAsync(1280, 900);
        Uri address;
        using (var serve = Serve(finished.Study, out address))
        {
            await window.Page.GotoAsync($"{address}");
            await Expect(window.Page.Locator("#state")).ToContainTextAsync("finished");
            await window.Page.Locator("summary", new() { HasText = "ink RI-T" }).ClickAsync();
            Assert.Empty(await Axe.ViolationsAsync(window.Page));
            serve.Kill();
        }

        await Expect(window.Page.Locator("#lost")).ToBeVisibleAsync();
        using var again = Command.Start(finished.Study.Path, "serve", "runs/tiny", "--port", $"{address.Port}");
        await Expect(window.Page.Locator("#lost")).ToBeHiddenAsync();
        await Expect(window.Page.Locator("details.group[open] summary")).ToContainTextAsync("ink RI-T");
        await window.Page.ReloadAsync();
        await Expect(window.Page.Locator("#state")).ToContainTextAsync("finished");
    }

    [Fact]
    public void Ctrl_C_stops_serving_at_once()
    {
        using var serve = Serve(finished.Study, out _);
        serve.Interrupt();
        Assert.Contains("Ctrl-C stops serving", serve.End().Ended(0).Error);
    }

    private static Command Serve(TinyStudy study, out Uri address)
    {
        var serve = Command.Start(study.Path, "serve", "runs/tiny", "--port", "0");
        address = new(serve.Says(Address()).Groups[1].Value);
        return serve;
    }

    [GeneratedRegex(@"The run's page: (http://127\.0\.0\.1:\d+/)\n")]
    private static partial Regex Address();
}
