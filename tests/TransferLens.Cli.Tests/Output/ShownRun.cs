using System.Collections.Immutable;
using TransferLens.Execution;
using TransferLens.Execution.Progress;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Tests.Output;

/// <summary>Runs to be shown: groups of tasks whose states are told by letters.</summary>
internal static class ShownRun
{
    /// <summary>A run.</summary>
    /// <param name="groups">Name of each group, and a letter for each of its tasks: d(one), r(unning), f(ailed), b(roken off), s(kipped), w(aiting).</param>
    public static RunView Of(params (string Name, string States)[] groups)
    {
        var outcomes = groups
            .SelectMany(group => group.States.Select((letter, i) => Outcome(group.Name, i, letter)))
            .ToList();
        var tasks = outcomes.ToLookup(outcome => (string)outcome.Task.Settings["group"]!, outcome => outcome.Task);
        return new(
            "demo",
            RunState.Running,
            [.. groups.Select(group => new TaskGroup(group.Name, group.Name, [.. tasks[group.Name]], []))],
            outcomes.ToImmutableDictionary(outcome => outcome.Task.Key),
            RunPace.FromOutcomes(outcomes, new HashSet<string>(), TimeSpan.FromSeconds(72), running: true)
        );
    }

    private static TaskOutcome Outcome(string group, int place, char letter)
    {
        var task = new TaskSpec
        {
            Kind = new("some", 1),
            Settings = new() { ["group"] = group, ["place"] = place },
            Title = $"train {group} s{place + 1}",
            Cost = 1000,
        };
        var now = new TaskProgress(0.45, "epoch 6/12, test accuracy 0.412") { Left = TimeSpan.FromSeconds(9) };
        return letter switch
        {
            'd' => new(task, TaskState.Done),
            'r' => new(task, TaskState.Running, now),
            'f' => new(task, TaskState.Failed, null, "The images are gone."),
            'b' => new(task, TaskState.Waiting, now),
            's' => new(task, TaskState.Skipped),
            _ => new(task, TaskState.Waiting),
        };
    }
}
