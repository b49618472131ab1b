using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Progress;
using TransferLens.Report.TensorBoard;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Files;

/// <summary>
/// The runs of the frozen check, which are of a kind of their own, have learning curves like all others. Its tasks are found
/// in the plan by the name of their kind; what has a curve is found in the store by its file.
/// </summary>
public sealed class FrozenCurvesTests : IDisposable
{
    private readonly StudyFolder folder = new() { Catalog = Catalog.Default };
    private readonly ArtifactStore store;
    private readonly Plan plan;

    public FrozenCurvesTests()
    {
        var study = folder.Read(
            StudyFolder.Plain.Replace(
                "performance_barrier: {points: 11}",
                "module_criticality: {paths: none}",
                StringComparison.Ordinal
            )
        );
        var planned = new Planner(new FakeData(), folder.Catalog, skipBadImages: false).Plan(study);
        plan = PlanFile.Read(PlanFile.Write(planned).ToJsonString());
        store = new(folder["store"]);
        foreach (var (task, i) in plan.Tasks.Select((task, i) => (task, i)))
        {
            Finish(task, Curve(i));
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Runs_of_the_frozen_check_are_in_the_TensorBoard_events()
    {
        var events = TrainingEvents.Create(plan, new StoreResults(store), store).ToList();
        var frozen = Frozen();
        Assert.Equal(2, frozen.Count);
        Assert.All(frozen, task =>
        {
            var scalars = Assert.Single(events, one => $"train {one.Target} {one.Name}" == task.Title);
            Assert.Equal(Accuracies(task), scalars.Steps.Select(TestAccuracy));
        });
        Assert.Equal(WithCurve().Count, events.Count);
    }

    [Fact]
    public void Runs_of_the_frozen_check_are_among_the_live_curves()
    {
        Directory.CreateDirectory(folder["run"]);
        File.WriteAllText(folder["run", "plan.json"], "");
        var view = new StoredRun(plan, store, folder["run"], TimeProvider.System).View();
        var curves = new TrainingCurves(store).Read(view);
        Assert.All(Frozen(), task =>
        {
            var curve = Assert.Single(curves, curve => curve.Task.Key == task.Key);
            Assert.Equal(Accuracies(task), curve.TestScore);
            Assert.Equal("module criticality", curve.Panel);
        });
        Assert.Equal(
            WithCurve().Select(task => task.Key).Order(StringComparer.Ordinal),
            curves.Select(curve => curve.Task.Key).Order(StringComparer.Ordinal)
        );
    }

    private List<TaskSpec> Frozen() => [.. plan.Tasks.Where(task => task.Kind.Name == "train_frozen")];

    // What a reader of the store takes for a learning curve.
    private List<TaskSpec> WithCurve() =>
        [.. plan.Tasks.Where(task => JsonNode.Parse(store.Read(task.Key, "result.json"))!["epochs"] is not null)];

    private IEnumerable<double?> Accuracies(TaskSpec task) =>
        JsonNode.Parse(store.Read(task.Key, "result.json"))!["epochs"]!
            .AsArray()
            .Select(epoch => (double?)epoch!["testAccuracy"]);

    private static double? TestAccuracy(ScalarStep step) =>
        step.Values.Single(value => value.Key == "test/accuracy").Value;

    // A curve for the tasks that train: they alone have a rate. Each has accuracies of its own.
    private JsonObject Curve(int place) =>
        plan.Tasks[place].Settings.ContainsKey("learning_rate")
            ? new() { ["epochs"] = new JsonArray(Epoch(0, place / 1000.0), Epoch(1, (place + 0.5) / 1000)) }
            : [];

    private static JsonObject Epoch(int epoch, double accuracy) =>
        new()
        {
            ["epoch"] = epoch,
            ["learningRate"] = null,
            ["trainLoss"] = null,
            ["trainAccuracy"] = null,
            ["testLoss"] = null,
            ["testAccuracy"] = accuracy,
        };

    private void Finish(TaskSpec task, JsonObject result)
    {
        var made = Directory.CreateDirectory(folder["made", task.Key]).FullName;
        File.WriteAllText(Path.Combine(made, "result.json"), result.ToJsonString());
        store.Commit(task, made, new() { ["started"] = "2001-02-03T04:05:06.0000000+00:00", ["seconds"] = 1.0 });
    }
}
