using TransferLens.Execution.Progress;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Progress;

public sealed class WorkSumsTests
{
    [Fact]
    public void Updated_sums_give_the_same_pace_as_all_outcomes()
    {
        var random = new Random(3);
        var ready = new HashSet<string>();
        var (outcomes, sums) = (
            Enumerable
                .Range(0, 40)
                .Select(i => new TaskOutcome(SomeTasks.Named($"{i}", random.Next(5000)), TaskState.Waiting))
                .ToArray(),
            new WorkSums()
        );
        foreach (var outcome in outcomes)
        {
            sums.Add(outcome, ready: false);
        }

        for (var step = 0; step < 2000; step++)
        {
            var i = random.Next(outcomes.Length);
            var state = (TaskState)random.Next(5);
            var (now, wasReady) = (
                outcomes[i] with
                {
                    State = state,
                    Progress = random.Next(2) == 0 ? new(random.NextDouble(), "") : null,
                },
                ready.Contains(outcomes[i].Task.Key)
            );
            var isReady = state == TaskState.Done && (step < 30 || wasReady);
            _ = isReady ? ready.Add(now.Task.Key) : ready.Remove(now.Task.Key);
            sums.Change(outcomes[i], wasReady, now, isReady);
            outcomes[i] = now;
            var (expected, actual) = (
                RunPace.FromOutcomes(outcomes, ready, TimeSpan.FromSeconds(100), running: true),
                RunPace.FromSums(sums, TimeSpan.FromSeconds(100), running: true)
            );
            Assert.Equal((expected.Count, expected.Done, expected.Ready), (actual.Count, actual.Done, actual.Ready));
            Assert.Equal(expected.Fraction, actual.Fraction, 1e-12);
            Assert.Equal(expected.Left?.TotalSeconds ?? -1, actual.Left?.TotalSeconds ?? -1, 1e-3);
        }
    }
}
