using TransferLens.Execution.Progress;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Progress;

public sealed class RunPaceSumsTests
{
    [Fact]
    public void A_pace_kept_up_to_date_is_the_one_made_anew_of_all_tasks()
    {
        var random = new Random(3);
        var ready = new HashSet<string>();
        var (outcomes, sums) = (
            Enumerable
                .Range(0, 40)
                .Select(i => new TaskOutcome(SomeTasks.Named($"{i}", random.Next(5000)), TaskState.Waiting))
                .ToArray(),
            new RunPace.Sums()
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
            var (whole, kept) = (
                RunPace.Of(outcomes, ready, TimeSpan.FromSeconds(100), running: true),
                RunPace.Of(sums, TimeSpan.FromSeconds(100), running: true)
            );
            Assert.Equal((whole.Count, whole.Done, whole.Ready), (kept.Count, kept.Done, kept.Ready));
            Assert.Equal(whole.Fraction, kept.Fraction, 1e-12);
            Assert.Equal(whole.Left?.TotalSeconds ?? -1, kept.Left?.TotalSeconds ?? -1, 1e-3);
        }
    }
}
