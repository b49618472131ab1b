using TransferLens.Execution.Progress;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Progress;

public sealed class TaskGroupTests : IDisposable
{
    private readonly StudyFolder folder = new();

    [Fact]
    public void Tasks_are_grouped_by_their_purpose()
    {
        var groups = TaskGroup.FromPlan(Plan());
        Assert.Equal(
            ["images", "pretraining", "cartoon P-T", "performance barrier"],
            groups.Select(group => group.Name)
        );
        Assert.Equal(
            ["train cartoon P-T s1", "evaluate cartoon P-T s1", "train cartoon P-T s2", "evaluate cartoon P-T s2"],
            groups[2].Tasks.Select(task => task.Title)
        );
        Assert.Equal(["images", "pretraining"], groups[2].Needs);
        Assert.Equal(["cartoon P-T"], groups[3].Needs);
    }

    [Fact]
    public void Every_task_is_in_one_group_and_after_its_inputs()
    {
        var plan = Plan();
        var groups = TaskGroup.FromPlan(plan);
        Assert.Equal(
            plan.Tasks.Select(task => task.Key).Order(),
            groups.SelectMany(group => group.Tasks).Select(task => task.Key).Order()
        );
        var seen = new HashSet<string>();
        Assert.All(groups.SelectMany(group => group.Tasks), task =>
        {
            Assert.All(task.Inputs.Values, input => Assert.Contains(input.Key, seen));
            seen.Add(task.Key);
        });
    }

    [Fact]
    public void The_group_of_an_analysis_contains_what_only_it_reads()
    {
        var plan = Plan();
        var (inner, extra) = (SomeTasks.Named("inner"), SomeTasks.Named("extra"));
        var reads = SomeTasks.Named("reads", 1, SomeTasks.Named("extra", 0), inner, plan.Runs[0].Train);
        var more = plan with
        {
            Tasks = [.. plan.Tasks, extra, inner, reads],
            Analyses = [.. plan.Analyses, new("weight_spectrum", [new("spectrum", reads)])],
        };
        Assert.Equal(
            ["do extra", "do inner", "do reads"],
            TaskGroup.FromPlan(more).Single(group => group.Name == "weight spectrum").Tasks.Select(task => task.Title)
        );
    }

    public void Dispose() => folder.Dispose();

    private Plan Plan() =>
        new Planner(new FakeData(), folder.Catalog, skipBadImages: false).Plan(folder.Read(StudyFolder.Plain));
}
