using Spectre.Console.Testing;
using TransferLens.Cli.Output;
using TransferLens.Execution.Progress;

namespace TransferLens.Cli.Tests.Output;

public class RunTreeTests
{
    private static readonly RunView Some = ShownRun.Of(
        ("images", "dd"),
        ("clipart P-T", "drfw"),
        ("clipart RI-T", "b"),
        ("performance barrier", "wwwsw")
    );

    [Fact]
    public void A_narrow_window_gives_a_running_task_two_lines() =>
        Assert.Equal(
            """
            demo  ━━━━────────────  27 %  3 of 12 tasks  1:12  about 2 min left
            ├── ✓ images               2/2
            ├── ▶ clipart P-T          1/4, 1 failed
            │   ├── ✗ train clipart P-T s3  The images are gone.
            │   └── ▶ train clipart P-T s2
            │         ━━━━────── 45 %, epoch 6/12, test accuracy 0.412, about 9 s left
            ├── · clipart RI-T         0/1
            │   └── · train clipart RI-T s1  interrupted at 45 %
            └── · performance barrier  0/5
            """,
            string.Join('\n', Lines(Some, 80, 24)),
            ignoreLineEndingDifferences: true
        );

    [Fact]
    public void A_wide_window_gives_it_one() =>
        Assert.Equal(
            """
            demo  ━━━━━━━━──────────────────────  27 %  3 of 12 tasks  1:12  about 2 min left
            ├── ✓ images               2/2
            ├── ▶ clipart P-T          1/4, 1 failed
            │   ├── ✗ train clipart P-T s3  The images are gone.
            │   └── ▶ train clipart P-T s2  ━━━━━━━───────── 45 %, epoch 6/12, test accuracy 0.412, about 9 s left
            ├── · clipart RI-T         0/1
            │   └── · train clipart RI-T s1  interrupted at 45 %
            └── · performance barrier  0/5
            """,
            string.Join('\n', Lines(Some, 140, 24)),
            ignoreLineEndingDifferences: true
        );

    [Fact]
    public void A_terminal_that_shows_only_ASCII_gets_only_ASCII() =>
        Assert.All(string.Join('\n', Lines(Some, 80, 24, unicode: false)), letter => Assert.InRange(letter, '\n', '~'));

    [Fact]
    public void It_fits_the_window_however_many_tasks_there_are()
    {
        foreach (var (groups, running) in new[] { (1, 0), (3, 2), (12, 4), (40, 8), (200, 16), (200, 200) })
        {
            var run = ShownRun.Of([
                .. Enumerable
                    .Range(0, groups)
                    .Select(i =>
                        (
                            $"group {i} with a name of some length",
                            i < groups / 3 ? "dddd"
                            : i < (groups / 3) + running ? "drrw"
                            : "wwww"
                        )
                    ),
            ]);
            foreach (var (width, height) in new[] { (80, 24), (40, 8), (120, 40), (300, 100), (20, 5) })
            {
                var lines = Lines(run, width, height);
                Assert.InRange(lines.Length, 1, height);
                Assert.All(lines, line => Assert.InRange(line.Length, 1, width));
            }
        }
    }

    [Fact]
    public void What_is_finished_is_folded_first_and_then_what_waits_so_that_what_runs_stays()
    {
        var run = ShownRun.Of([
            .. Enumerable
                .Range(0, 30)
                .Select(i =>
                    (
                        $"group {i}",
                        i < 10 ? "dd"
                        : i < 12 ? "rw"
                        : "www"
                    )
                ),
        ]);
        var text = string.Join('\n', Lines(run, 80, 24));
        Assert.Contains("10 groups done, 20 tasks", text);
        Assert.Contains("18 groups waiting, 54 tasks", text);
        Assert.Contains("train group 10 s1", text);
        Assert.Contains("train group 11 s1", text);
        Assert.Equal(30 + 1 + 2, Lines(run, 200, 100).Length);
    }

    [Fact]
    public void A_failure_is_shown_also_where_there_is_little_room()
    {
        var run = ShownRun.Of([
            ("clipart", "rrrrrrrrrrrrf"),
            .. Enumerable.Range(0, 30).Select(i => ($"group {i}", "d")),
        ]);
        Assert.Contains("The images are gone.", string.Join('\n', Lines(run, 80, 12)));
    }

    private static string[] Lines(RunView run, int width, int height, bool unicode = true)
    {
        using var console = new TestConsole().Width(width).Height(height);
        console.Profile.Capabilities.Unicode = unicode;
        console.Write(new RunTree(unicode).Of(run, width, height));
        return [.. console.Output.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd())];
    }
}
