using System.Text.Json.Nodes;
using TransferLens.Execution;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace Extending;

public sealed class ExtendedStudyTests : IDisposable
{
    private const string Study = """
        study: stripes
        network: tiny
        images: {size: 32}
        metric: top_two
        targets:
          striped: {format: stripes, train: 12, test: 8, width: 3}
        training: {epochs: 1, batch_size: 8}
        runs:
          RI-T: {init: random, learning_rate: 0.05, seeds: [1, 2]}
        analyses:
          learning_curves:
          performance_barrier: {points: 3}
          feature_similarity:
          module_criticality: {paths: none}
          checkpoint_size: {unit: 100}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("extending-").FullName;

    private static Catalog Extended =>
        Catalog.Default with
        {
            Formats = [.. Catalog.Default.Formats, new StripesFormat()],
            Networks = [.. Catalog.Default.Networks, TinyNetwork.Architecture],
            Metrics = [.. Catalog.Default.Metrics, new TopTwo()],
            Analyses = [.. Catalog.Default.Analyses, new CheckpointSizeAnalysis()],
            Tasks = [.. Catalog.Default.Tasks, new CheckpointSizeTask()],
            Executors = [.. Catalog.Default.Executors, new LoggedExecutorKind()],
        };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_program_runs_a_study_of_its_own_format_network_metric_and_analysis()
    {
        var states = new List<TaskState>();
        var run = StudyRun.Read(Write(Study), Settings);

        var outcomes = await run.RunAsync(
            progress: outcome => states.Add(outcome.State),
            cancellationToken: TestContext.Current.CancellationToken
        );

        Assert.All(outcomes, outcome => Assert.True(outcome.State == TaskState.Done, outcome.Problem));
        Assert.Contains(TaskState.Running, states);
        var content = run.Conclude();
        Assert.Contains(content.Findings, finding => finding.Analysis == "checkpoint_size");
        Assert.True(File.Exists(run.Report));
        var results = JsonNode.Parse(await File.ReadAllTextAsync(run.Results, TestContext.Current.CancellationToken))!;
        Assert.Equal(2, results["analyses"]!["checkpoint_size"]!.AsObject().Count);
        // Both classes are always among the two most likely ones.
        Assert.All(results["runs"]!.AsArray(), one => Assert.Equal(1, (double)one!["topTwo"]!));
    }

    [Fact]
    public async Task What_is_done_is_not_computed_again()
    {
        var run = StudyRun.Read(Write(Study), Settings);
        await run.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        var states = new List<TaskState>();

        await StudyRun
            .Open(run.Folder, Extended)
            .RunAsync(
                progress: outcome => states.Add(outcome.State),
                cancellationToken: TestContext.Current.CancellationToken
            );

        Assert.DoesNotContain(TaskState.Running, states);
    }

    [Fact]
    public async Task Results_of_a_kind_of_task_that_the_catalog_lacks_are_not_concluded()
    {
        var run = StudyRun.Read(Write(Study), Settings);
        await run.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        var without = Extended with { Tasks = Extended.Tasks.RemoveAll(runner => runner.Kind.Name == "evaluate") };

        var wrong = Assert.Throws<InputException>(StudyRun.Open(run.Folder, without).Conclude);

        Assert.Contains("cannot compute tasks of kind 'evaluate'", wrong.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(run.Results));
    }

    [Fact]
    public void An_own_setting_is_checked_with_its_line_like_one_that_ships()
    {
        var wrong = Assert.Throws<InputException>(() =>
            StudyRun.Read(Write(Study.Replace("unit: 100", "unit: 0", StringComparison.Ordinal)), Settings)
        );

        Assert.Contains(
            "line 15: analyses.checkpoint_size.unit must be at least 1, but is 0.",
            wrong.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_the_declarations_the_names_are_unknown()
    {
        var network = Assert.Throws<InputException>(() => StudyRun.Read(Write(Study)));
        var shipped = Study.Replace("network: tiny", "network: cifar_resnet8", StringComparison.Ordinal);
        var format = Assert.Throws<InputException>(() => StudyRun.Read(Write(shipped)));

        Assert.Contains("'tiny'", network.Message, StringComparison.Ordinal);
        Assert.Contains("'stripes'", format.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_executor_of_one_s_own_runs_a_study_by_its_name()
    {
        var run = StudyRun.Read(Write(Study), Settings);

        await run.RunAsync(run.CreateExecutor("logged"), null, TestContext.Current.CancellationToken);

        Assert.Empty(run.Missing);
        var log = Path.Combine(run.Folder, "tasks.log");
        Assert.Equal(
            run.Plan.Tasks.Select(task => task.Title),
            await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken)
        );
        var wrong = Assert.Throws<InputException>(() => run.CreateExecutor("loged"));
        Assert.Equal("The executor 'loged' is unknown; did you mean 'logged'?", wrong.Message);
    }

    [Fact]
    public void An_executor_that_starts_workers_asks_for_their_program()
    {
        var run = StudyRun.Read(Write(Study), Settings);

        Assert.Equal(["local", "slurm"], Catalog.Default.Executors.Select(executor => executor.Name));
        var wrong = Assert.Throws<InputException>(() => run.CreateExecutor("local"));

        Assert.Contains("worker processes", wrong.Message, StringComparison.Ordinal);
        Assert.NotNull(run.CreateExecutor("local", settings => settings with { Command = ["transferlens"] }));
    }

    [Fact]
    public async Task A_cancelled_run_continues_where_it_stopped()
    {
        using var cancel = new CancellationTokenSource();
        var run = StudyRun.Read(Write(Study), Settings);

        var stopped = await run.RunAsync(
            progress: outcome =>
            {
                if (outcome.State == TaskState.Done)
                {
                    cancel.Cancel();
                }
            },
            cancellationToken: cancel.Token
        );

        Assert.Contains(stopped, outcome => outcome.State == TaskState.Done);
        Assert.Contains(stopped, outcome => outcome.State == TaskState.Skipped);
        Assert.Throws<InputException>(run.Conclude);
        await run.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(run.Missing);
    }

    private StudyRunSettings Settings => new() { Catalog = Extended, Folder = Path.Combine(folder, "run") };

    private string Write(string text)
    {
        var file = Path.Combine(folder, "study.yaml");
        File.WriteAllText(file, text);
        return file;
    }
}
