using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Plans;

/// <summary>An analysis finds its results by the roles that it gave its tasks, whatever else a plan contains.</summary>
public sealed class PlannedRolesTests : IDisposable
{
    private readonly StudyFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_task_inserted_into_a_plan_shifts_no_result()
    {
        var json = Planned("first", "second");
        Assert.Equal("first from a, second from b", Conclude(json));

        var tasks = json["tasks"]!.AsArray();
        var inserted = SomeTasks.Named("inserted");
        tasks.Insert(0, TaskFile.Write(inserted));
        var roles = json["analyses"]![0]!["tasks"]!.AsObject();
        roles.Insert(0, "zeroth", inserted.Key);
        Assert.Equal("first from a, second from b", Conclude(json));

        json["analyses"]![0]!["tasks"] = new JsonObject(
            roles.Reverse().Select(role => KeyValuePair.Create(role.Key, role.Value?.DeepClone()))
        );
        Assert.Equal("first from a, second from b", Conclude(json));
    }

    [Fact]
    public void A_plan_without_a_role_that_the_analysis_reads_is_refused_by_name()
    {
        var json = Planned("first", "second");
        json["analyses"]![0]!["tasks"]!.AsObject().Remove("second");
        Assert.Equal(
            "The run's plan has no task 'second' of performance_barrier: another version made the plan. Run the study again.",
            Assert.Throws<InputException>(() => Conclude(json)).Message
        );
    }

    [Fact]
    public void A_plan_in_which_a_role_belongs_to_another_task_is_refused_by_name()
    {
        var json = Planned("first", "second");
        var roles = json["analyses"]![0]!["tasks"]!.AsObject();
        roles["second"] = roles["first"]!.DeepClone();
        Assert.Equal(
            "The run's plan has another task 'second' of performance_barrier: another version made the plan. Run the study again.",
            Assert.Throws<InputException>(() => Conclude(json)).Message
        );
    }

    [Fact]
    public void Two_tasks_of_one_role_are_an_error_of_the_analysis() =>
        Assert.Equal(
            "The analysis performance_barrier plans two tasks with the same role.",
            Assert.Throws<InvalidOperationException>(() => Planned("first", "first")).Message
        );

    private JsonObject Planned(string first, string second)
    {
        var catalog = SmallCatalog.Default with { Analyses = [new TwoRoles(first, second)] };
        var study = folder.Read(
            StudyFolder.Plain.Replace("{points: 11}", "", StringComparison.Ordinal),
            analyses: [.. catalog.Analyses]
        );
        return PlanFile.Write(new Planner(new FakeData(), catalog, skipBadImages: false).Plan(study));
    }

    private static string Conclude(JsonObject json)
    {
        var plan = PlanFile.Read(json.ToJsonString());
        IAnalysis analysis = new TwoRoles("first", "second");
        var section = analysis.Conclude(
            new(plan.Study, plan.Pretraining, plan.Runs) { Catalog = SmallCatalog.Default },
            plan.Study.Analyses.Single().Value,
            plan.Analyses.Single(),
            new Names()
        );
        return (string)section.Result!;
    }

    private sealed class TwoRoles(string first, string second) : Analysis<EmptySettings, string>
    {
        public override string Name => "performance_barrier";

        public override string Title => "Two tasks";

        protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, EmptySettings settings) =>
            [new(first, SomeTasks.Named("a")), new(second, SomeTasks.Named("b"))];

        protected override string Conclude(FinishedAnalysis<EmptySettings> finished) =>
            $"{first} from {finished.Read(first)}, {second} from {finished.Read(second)}";

        protected override JsonNode ToJson(string result) => result;

        protected override Method Describe(FinishedAnalysis<EmptySettings> finished, string result) =>
            new("", "", "", ImmutableArray<string>.Empty);
    }

    private sealed class Names : ITaskResults
    {
        public JsonNode Read(TaskSpec task, string file = "result.json") => (string)task.Settings["name"]!;
    }
}
