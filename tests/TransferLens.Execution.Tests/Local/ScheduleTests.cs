using TransferLens.Execution.Local;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Local;

public sealed class ScheduleTests
{
    [Fact]
    public void Each_of_ten_thousand_tasks_starts_once_and_after_its_inputs()
    {
        var tasks = Graph(10_000, new Random(1));
        var (schedule, done, running) = (new Schedule(tasks, tasks), new HashSet<string>(), new Queue<TaskSpec>());
        while (!schedule.IsEmpty || running.Count > 0)
        {
            while (running.Count < 7 && schedule.Next() is { } next)
            {
                Assert.All(next.Inputs.Values, input => Assert.Contains(input.Key, done));
                running.Enqueue(next);
            }

            var ended = running.Dequeue();
            Assert.True(done.Add(ended.Key));
            schedule.Done(ended);
        }

        Assert.Equal(tasks.Count, done.Count);
        Assert.Null(schedule.Next());
    }

    [Fact]
    public void The_next_task_is_the_most_urgent_one_whose_inputs_are_done()
    {
        var random = new Random(2);
        var tasks = Graph(300, random);
        var missing = tasks.Where(_ => random.Next(4) > 0).ToList();
        var (schedule, there) = (
            new Schedule(tasks, missing),
            tasks.Except(missing).Select(task => task.Key).ToHashSet()
        );
        while (!schedule.IsEmpty)
        {
            // Found by a plain search through all waiting tasks.
            var first = schedule.Waiting.First(task => task.Inputs.Values.All(input => there.Contains(input.Key)));
            var next = schedule.Next();
            Assert.Same(first, next);
            Assert.Null(schedule.Find(first.Key));
            there.Add(first.Key);
            schedule.Done(first);
        }

        Assert.Equal(tasks.Count, there.Count);
    }

    [Fact]
    public void A_failed_task_removes_all_tasks_that_need_it_and_no_others()
    {
        var data = SomeTasks.Named("data");
        var (bad, good) = (SomeTasks.Named("bad", 0, data), SomeTasks.Named("good", 0, data));
        var (after, both, last) = (
            SomeTasks.Named("after", 0, bad),
            SomeTasks.Named("both", 0, bad, good),
            SomeTasks.Named("last", 0, good)
        );
        var far = SomeTasks.Named("far", 0, after, both);
        var schedule = new Schedule([data, bad, good, after, both, last, far], [bad, good, after, both, last, far]);
        Assert.Equal(
            ["after", "both", "far"],
            schedule.Abandon(bad).Select(task => task.Title["do ".Length..]).Order()
        );
        Assert.Equal([good, last], schedule.Waiting.OrderBy(task => task.Title));
        Assert.Same(good, schedule.Next());
        Assert.Null(schedule.Next());
        schedule.Done(good);
        Assert.Same(last, schedule.Next());
        Assert.True(schedule.IsEmpty);
    }

    [Fact]
    public void A_task_that_another_process_finished_is_not_started()
    {
        var first = SomeTasks.Named("first");
        var second = SomeTasks.Named("second", 0, first);
        var schedule = new Schedule([first, second], [first, second]);
        schedule.Done(first);
        Assert.Same(second, schedule.Find(second.Key));
        Assert.Same(second, schedule.Next());
        Assert.True(schedule.IsEmpty);
    }

    private static List<TaskSpec> Graph(int count, Random random)
    {
        var tasks = new List<TaskSpec>();
        while (tasks.Count < count)
        {
            var inputs = Enumerable
                .Range(0, Math.Min(tasks.Count, random.Next(4)))
                .Select(_ => tasks[random.Next(tasks.Count)])
                .Distinct();
            tasks.Add(SomeTasks.Named($"{tasks.Count}", random.Next(100), [.. inputs]));
        }

        return tasks;
    }
}
