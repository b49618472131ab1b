using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Progress;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Progress;

public sealed class StoredRunTests : IDisposable
{
    private readonly StudyFolder study = new();
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero));
    private readonly ArtifactStore store;
    private readonly Plan plan;

    public StoredRunTests()
    {
        plan = new Planner(new FakeData(), study.Catalog, skipBadImages: false).Plan(study.Read(StudyFolder.Plain));
        store = new(folder["store"]);
        Directory.CreateDirectory(folder["run"]);
        File.WriteAllText(folder["run", "plan.json"], "");
        File.SetLastWriteTimeUtc(folder["run", "plan.json"], time.GetUtcNow().UtcDateTime);
    }

    private void Begin(TaskSpec task)
    {
        using var lease = store.Running(task.Key).Take(() => { });
        store.Running(task.Key).Begin(lease);
    }

    private TaskSpec Trained => plan.Runs[0].Train;

    private TaskSpec Other => plan.Runs[1].Train;

    [Fact]
    public void The_states_of_tasks_come_from_the_store()
    {
        Done(plan.Runs[0].TestImages, -60);
        Begin(Trained);
        store.Running(Trained.Key).Write(new(0.5, "epoch 12/24"));
        Begin(Other);
        store.Running(Other.Key).Fail("The images are gone.");
        using (store.Running(Trained.Key).Take(() => { }))
        {
            var view = View();
            Assert.Equal(RunState.Running, view.State);
            Assert.Equal(TaskState.Done, State(view, plan.Runs[0].TestImages));
            Assert.Equal(
                (TaskState.Running, "epoch 12/24"),
                (State(view, Trained), view.Outcomes[Trained.Key].Progress!.Message)
            );
            Assert.Equal(
                (TaskState.Failed, "The images are gone."),
                (State(view, Other), view.Outcomes[Other.Key].Problem)
            );
            Assert.Equal(TaskState.Skipped, State(view, plan.Runs[1].Evaluate));
            Assert.Equal(TaskState.Skipped, State(view, plan.Analyses[0].Tasks[0].Task));
            Assert.Equal(TaskState.Waiting, State(view, plan.Runs[0].Evaluate));
        }

        var after = View();
        Assert.Equal(RunState.Failed, after.State);
        Assert.Equal("interrupted", RunWords.State(after.Outcomes[Trained.Key]));
    }

    [Fact]
    public void A_locked_run_is_running_even_between_two_tasks()
    {
        Assert.Equal(RunState.Stopped, View().State);
        using (RunLock.Take(folder["run"], TimeProvider.System))
        {
            Assert.Equal(RunState.Running, View().State);
        }

        Assert.Equal(RunState.Stopped, View().State);
    }

    [Fact]
    public void A_run_is_finished_when_its_tasks_are_done_and_the_report_is_written()
    {
        foreach (var task in plan.Tasks)
        {
            Done(task, 1);
        }

        Assert.Equal(RunState.Stopped, View().State);
        using (RunLock.Take(folder["run"], TimeProvider.System))
        {
            Assert.Equal(RunState.Concluding, View().State);
        }

        File.WriteAllText(folder["run", "report.html"], "");
        Assert.Equal(RunState.Finished, View().State);
    }

    [Fact]
    public void It_agrees_with_the_progress_of_the_running_process()
    {
        var progress = new RunProgress(plan, time);
        Done(plan.Runs[0].TestImages, -60);
        progress.Take(new(plan.Runs[0].TestImages, TaskState.Done));
        progress.Take(new(Trained, TaskState.Running));
        foreach (var (task, at) in new[] { (plan.Runs[0].TrainImages, 1), (plan.Pretraining!, 2), (Trained, 30) })
        {
            Done(task, at);
            progress.Take(new(task, TaskState.Done));
        }

        time.Advance(TimeSpan.FromMinutes(2));
        using var held = RunLock.Take(folder["run"], TimeProvider.System);
        var (running, stored) = (progress.View(), View());
        Assert.NotNull(running.Pace.Left);
        Assert.Equal(running.Pace, stored.Pace);
        Assert.Equal(1, stored.Pace.Ready);
        Assert.Equal(TimeSpan.FromMinutes(2), stored.Pace.Elapsed);
    }

    [Fact]
    public void An_ended_run_has_the_time_it_took()
    {
        Done(plan.Runs[0].TestImages, 1);
        Done(plan.Runs[0].TrainImages, 30);
        time.Advance(TimeSpan.FromDays(1));
        var pace = View().Pace;
        Assert.Equal((TimeSpan.FromSeconds(31), (TimeSpan?)null), (pace.Elapsed, pace.Left));
    }

    [Fact]
    public void A_view_writes_nothing()
    {
        Done(plan.Runs[0].TestImages, 1);
        Begin(Trained);
        var before = Files();
        View();
        new TrainingCurves(store).Read(View());
        Assert.Equal(before, Files());
    }

    [Fact]
    public void A_curve_is_read_during_a_training_run_and_after_it()
    {
        var curves = new TrainingCurves(store);
        Assert.Empty(curves.Read(View()));
        Begin(Trained);
        Resume(Trained, 9, 0.1, 0.2);
        var running = Assert.Single(curves.Read(View()));
        Assert.Equal(
            ("cartoon", "P-T", "P-T s1", 1, 24),
            (running.Panel, running.Group, running.Name, running.Seed, running.Epochs)
        );
        Assert.Equal([0.1, 0.2], running.TestScore);
        Resume(Trained, 10, 0.1, 0.2, 0.3);
        Assert.Equal([0.1, 0.2, 0.3], Assert.Single(curves.Read(View())).TestScore);
        File.WriteAllText(Path.Combine(store.Running(Trained.Key).Work, "resume-011.json"), "{\"epo"); // half-written
        Assert.Equal([0.1, 0.2, 0.3], Assert.Single(curves.Read(View())).TestScore);
        Done(Trained, 1, 0.1, 0.2, 0.3, null);
        Assert.Equal([0.1, 0.2, 0.3, null], Assert.Single(curves.Read(View())).TestScore);
    }

    public void Dispose()
    {
        folder.Dispose();
        study.Dispose();
    }

    private RunView View() => new StoredRun(plan, store, folder["run"], time).View();

    private static TaskState State(RunView view, TaskSpec task) => view.Outcomes[task.Key].State;

    private void Resume(TaskSpec task, int epoch, params double?[] accuracy) =>
        File.WriteAllText(
            Path.Combine(store.Running(task.Key).Work, $"resume-{epoch:000}.json"),
            Result(accuracy).ToJsonString()
        );

    private void Done(TaskSpec task, int at, params double?[] accuracy)
    {
        var made = Directory.CreateDirectory(folder["made"]).FullName;
        File.WriteAllText(Path.Combine(made, "result.json"), Result(accuracy).ToJsonString());
        store.Commit(
            task,
            made,
            new()
            {
                ["started"] = time.GetUtcNow().AddSeconds(at).ToString("O", CultureInfo.InvariantCulture),
                ["seconds"] = 1.0,
            }
        );
    }

    private static JsonObject Result(double?[] accuracy) =>
        new()
        {
            ["epochs"] = new JsonArray([
                .. accuracy.Select((value, epoch) => new JsonObject { ["epoch"] = epoch, ["testAccuracy"] = value }),
            ]),
        };

    private List<string> Files() =>
        [
            .. Directory
                .GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories)
                .Order()
                .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}"),
        ];
}
