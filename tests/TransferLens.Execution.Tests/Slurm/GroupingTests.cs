using TransferLens.Execution.Slurm;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Slurm;

public sealed class GroupingTests
{
    private static readonly TaskSpec Data = SomeTasks.Named("data");

    [Fact]
    public void Short_tasks_share_a_job_up_to_its_images_and_its_tasks()
    {
        var tasks = Enumerable.Range(0, 10).Select(i => SomeTasks.Named($"short {i}", 30, Data)).ToList();
        Assert.Equal([3, 3, 3, 1], Sizes(Arrays(tasks, images: 100)));
        Assert.Equal([4, 4, 2], Sizes(Arrays(tasks, images: 1e9, most: 4)));
        Assert.Equal(Enumerable.Repeat(1, 10), Sizes(Arrays(tasks, images: 0)));
    }

    [Fact]
    public void A_long_task_has_its_own_job_which_short_tasks_that_read_only_it_share()
    {
        var (train, other) = (SomeTasks.Named("train", 1000, Data), SomeTasks.Named("train other", 1000, Data));
        TaskSpec[] after =
        [
            SomeTasks.Named("evaluate", 10, train),
            SomeTasks.Named("evaluate other", 10, other),
            SomeTasks.Named("compare", 10, train, other),
        ];
        var arrays = Arrays([train, other, .. after], images: 100);
        Assert.Equal(
            [
                [
                    ["train", "evaluate"],
                    ["train other", "evaluate other"],
                ],
                [
                    ["compare"],
                ],
            ],
            Names(arrays)
        );
        Assert.Empty(arrays[0].After);
        Assert.Equal(["do train", "do train other"], arrays[1].After.Select(task => task.Title));
    }

    [Fact]
    public void A_task_without_inputs_has_its_own_job_because_its_duration_is_unknown()
    {
        var (one, two) = (SomeTasks.Named("one"), SomeTasks.Named("two"));
        Assert.Equal(
            [
                [
                    ["one"],
                    ["two"],
                ],
            ],
            Names(Arrays([one, two], images: 1000))
        );
    }

    [Fact]
    public void Kinds_with_other_resources_are_in_other_arrays()
    {
        var settings = SlurmSettings.Default with
        {
            Kinds = [KeyValuePair.Create("other", SlurmResources.None with { Gpus = "1" })],
        };
        var (some, other) = (
            SomeTasks.Named("some", 1, Data),
            SomeTasks.Named("other", 1, Data) with
            {
                Kind = new("other", 1),
            }
        );
        var arrays = new Grouping(settings).Arrays([some, other], task => task == Data, _ => false, 100);
        Assert.Equal([null, "1"], arrays.Select(array => array.Resources.Gpus));
    }

    [Fact]
    public void Room_in_the_queue_is_limited_and_goes_to_tasks_that_can_start_now()
    {
        var trains = Enumerable.Range(0, 5).Select(i => SomeTasks.Named($"train {i}", 1000, Data)).ToList();
        var after = trains.Select((train, i) => SomeTasks.Named($"long after {i}", 1000, train)).ToList();
        var arrays = Arrays([.. after, .. trains], images: 100, room: 7);
        Assert.Equal([5, 2], arrays.Select(array => array.Elements.Length));
        Assert.All(arrays[0].Elements, element => Assert.StartsWith("do train", element[0].Title));
        Assert.Empty(Arrays(trains, images: 100, room: 0));
    }

    [Fact]
    public void A_task_depends_on_the_job_of_its_input_and_is_left_out_without_one()
    {
        var (queued, nowhere) = (SomeTasks.Named("queued", 1000), SomeTasks.Named("nowhere", 1000));
        var (after, never) = (SomeTasks.Named("after", 1000, queued, Data), SomeTasks.Named("never", 1000, nowhere));
        var array = Assert.Single(
            new Grouping(SlurmSettings.Default with { ImagesPerJob = 10 }).Arrays(
                [after, never],
                task => task == Data,
                task => task == queued,
                100
            )
        );
        Assert.Equal(
            [
                [
                    ["after"],
                ],
            ],
            Names([array])
        );
        Assert.Equal([queued], array.After);
    }

    [Fact]
    public void Every_task_of_a_large_graph_is_in_one_job_after_all_its_inputs()
    {
        var (random, tasks) = (new Random(1), new List<TaskSpec> { Data });
        for (var i = 0; i < 2000; i++)
        {
            tasks.Add(
                SomeTasks.Named(
                    $"{i}",
                    random.Next(200),
                    [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => tasks[random.Next(tasks.Count)]).Distinct()]
                )
            );
        }

        var arrays = new Grouping(SlurmSettings.Default with { ImagesPerJob = 100, TasksPerJob = 5 }).Arrays(
            [.. tasks.Skip(1).OrderBy(_ => random.Next())],
            task => task == Data,
            _ => false,
            int.MaxValue
        );
        var seen = new HashSet<string> { Data.Key };
        foreach (var array in arrays)
        {
            Assert.True(array.After.All(task => seen.Contains(task.Key)));
            foreach (var element in array.Elements)
            {
                var inside = seen.ToHashSet();
                Assert.InRange(element.Length, 1, 5);
                Assert.All(element, task =>
                    Assert.True(task.Inputs.Values.All(input => inside.Contains(input.Key)) && inside.Add(task.Key))
                );
            }

            seen.UnionWith(array.Elements.SelectMany(element => element.Select(task => task.Key)));
        }

        Assert.Equal(tasks.Count, seen.Count);
        Assert.Equal(tasks.Count - 1, arrays.Sum(array => array.Elements.Sum(element => element.Length)));
    }

    private static List<JobArray> Arrays(List<TaskSpec> tasks, double images, int most = 100, int room = 1000) =>
        new Grouping(SlurmSettings.Default with { ImagesPerJob = images, TasksPerJob = most }).Arrays(
            tasks,
            task => task == Data,
            _ => false,
            room
        );

    private static IEnumerable<int> Sizes(List<JobArray> arrays) =>
        arrays.SelectMany(array => array.Elements.Select(element => element.Length));

    private static List<List<List<string>>> Names(List<JobArray> arrays) =>
        [
            .. arrays.Select(array =>
                array.Elements.Select(element => element.Select(task => task.Title["do ".Length..]).ToList()).ToList()
            ),
        ];
}
