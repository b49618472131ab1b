using System.Globalization;
using TransferLens.Execution;
using TransferLens.Execution.Local;
using TransferLens.Studies.Plans;

namespace Extending;

/// <summary>An executor that computes in this process and writes a line per finished task into the run's folder.</summary>
internal sealed class LoggedExecutorKind : ExecutorKind
{
    public override string Name => "logged";

    public override string Description => "Run one task after another in this process, with a log.";

    public override IExecutor Create(ExecutionSettings settings) =>
        new LoggedExecutor(
            new InProcessExecutor(settings.Store, settings.Catalog, settings.Time),
            Path.Combine(settings.RunFolder, "tasks.log")
        );

    private sealed class LoggedExecutor(IExecutor inner, string log) : IExecutor
    {
        public Task<IReadOnlyList<TaskOutcome>> RunAsync(
            IReadOnlyList<TaskSpec> tasks,
            Action<TaskOutcome> watch,
            CancellationToken cancellationToken
        ) =>
            inner.RunAsync(
                tasks,
                outcome =>
                {
                    if (outcome.State == TaskState.Done)
                    {
                        File.AppendAllText(log, string.Create(CultureInfo.InvariantCulture, $"{outcome.Task.Title}\n"));
                    }

                    watch(outcome);
                },
                cancellationToken
            );
    }
}
