using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Execution.Slurm;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests;

public sealed class ExecutorKindTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Every declaration, with its name and its executor.</summary>
    public static TheoryData<ExecutorKind, string, Type> Kinds =>
        new()
        {
            { new LocalExecutorKind(), "local", typeof(LocalExecutor) },
            { new SlurmExecutorKind(), "slurm", typeof(SlurmExecutor) },
        };

    [Theory]
    [MemberData(nameof(Kinds), DisableDiscoveryEnumeration = true)]
    public void A_kind_creates_its_executor(ExecutorKind kind, string name, Type executor)
    {
        Assert.Equal(name, kind.Name);
        Assert.EndsWith(".", kind.Description);
        Assert.IsType(executor, kind.Create(Settings(["transferlens"])));
    }

    [Fact]
    public async Task The_local_executor_starts_workers_with_the_command_of_its_settings()
    {
        var task = SomeTasks.Named("task");
        await File.WriteAllTextAsync(
            folder["worker"],
            """
            [ "$1 $3 $5 $6 $7" = "task --store --threads 3 --follow-input" ] || exit 1
            [ "$OMP_NUM_THREADS" = 3 ] || exit 2
            case $GLIBC_TUNABLES in glibc.malloc.hugetlb=1:*) ;; *) exit 3 ;; esac
            mkdir -p "$4/artifacts/$2"
            """,
            TestContext.Current.CancellationToken
        );
        var executor = new LocalExecutorKind().Create(Settings(["/bin/sh", folder["worker"]]));
        var outcomes = await executor.RunAsync([task], _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal(new TaskOutcome(task, TaskState.Done), Assert.Single(outcomes));
    }

    public void Dispose() => folder.Dispose();

    private ExecutionSettings Settings(string[] command) =>
        new()
        {
            Store = new ArtifactStore(folder["store"]),
            Catalog = new([], [], [], [], [], []),
            Command = [.. command],
            Study = "some",
            StudyFolder = folder.Path,
            RunFolder = folder["run"],
            Threads = 3,
        };
}
