using Spectre.Console.Testing;
using TransferLens.Cli.Output;
using TransferLens.Execution;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Cli.Tests.Output;

public class RunDisplayTests
{
    private static readonly TaskSpec First = Named("first"),
        Second = Named("second");

    private static readonly TaskOutcome[] Happens =
    [
        new(First, TaskState.Waiting),
        new(Second, TaskState.Waiting),
        new(First, TaskState.Running),
        new(First, TaskState.Running, new(0.5, "epoch 1/2, test accuracy 0.250")),
        new(First, TaskState.Done),
        new(Second, TaskState.Running),
        new(Second, TaskState.Failed, null, "The images are gone."),
    ];

    [Fact]
    public async Task A_terminal_shows_the_tree_anew_and_keeps_only_failures_and_the_end()
    {
        using var console = new TestConsole().Width(100).Height(24).EmitAnsiSequences();
        var outcomes = await new RunDisplay(Plan, console, live: true, new Steps()).ShowAsync(Run);
        Assert.Equal(2, outcomes.Count);
        Assert.Contains("epoch 1/2, test accuracy 0.250", console.Output);
        Assert.Contains("FAILED: do second: The images are gone.", console.Output);
        Assert.Matches(@"1 of 2 tasks done, 0:\d\d\n$", console.Output);
        Assert.DoesNotContain("done: do first", console.Output);
    }

    [Fact]
    public async Task A_terminal_that_cannot_move_its_cursor_gets_lines()
    {
        using var console = new TestConsole().Width(100).Height(24);
        await new RunDisplay(Plan, console, live: false, TimeProvider.System).ShowAsync(Run);
        Assert.Equal(
            "2 tasks, 0 of them done before\n[1/2] done: do first\n[1/2] FAILED: do second: The images are gone.\n",
            console.Output
        );
    }

    private static Plan Plan { get; } =
        new(
            new(
                "demo",
                "cifar_resnet8",
                new(8, 8, Normalization.None),
                null,
                [],
                TrainingSettings.Default,
                [],
                [],
                "/"
            ),
            [First, Second],
            null,
            [],
            []
        );

    private static Task<IReadOnlyList<TaskOutcome>> Run(Action<TaskOutcome> watch)
    {
        Happens.ToList().ForEach(watch);
        return Task.FromResult<IReadOnlyList<TaskOutcome>>([Happens[4], Happens[6]]);
    }

    private static TaskSpec Named(string name) =>
        new()
        {
            Kind = new("some", 1),
            Settings = new() { ["name"] = name },
            Title = $"do {name}",
        };

    // Every look at the clock is a second later.
    private sealed class Steps : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => now++;
    }
}
