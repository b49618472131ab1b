namespace TransferLens.Execution.Local;

/// <summary>Declares the executor that runs tasks on this machine.</summary>
public sealed class LocalExecutorKind : ExecutorKind
{
    /// <inheritdoc/>
    public override string Name => "local";

    /// <inheritdoc/>
    public override string Description => "Run tasks in worker processes on this machine.";

    /// <inheritdoc/>
    public override IExecutor Create(ExecutionSettings settings)
    {
        var (command, store, threads) = (settings.WorkerCommand, settings.Store, settings.Threads);
        return new LocalExecutor(
            store,
            task => WorkerStart.Create(command, task, store.Folder, threads),
            settings.Jobs,
            settings.Time
        );
    }
}
