namespace TransferLens.Execution.Slurm;

/// <summary>Declares the executor that submits tasks as job arrays to a Slurm cluster.</summary>
public sealed class SlurmExecutorKind : ExecutorKind
{
    /// <inheritdoc/>
    public override string Name => "slurm";

    /// <inheritdoc/>
    public override string Description => "Submit tasks as job arrays to a Slurm cluster.";

    /// <inheritdoc/>
    public override Task CheckAsync() => new SlurmQueue(new SlurmPrograms()).CheckAsync();

    /// <inheritdoc/>
    public override IExecutor Create(ExecutionSettings settings) =>
        new SlurmExecutor(settings.Store, CreateRun(settings), settings.Time);

    /// <summary>Describes the run of the executor.</summary>
    internal static SlurmRun CreateRun(ExecutionSettings settings)
    {
        var command = string.Join(' ', settings.WorkerCommand.Select(ShellWord.Quote));
        return new(settings.Study, settings.RunFolder, settings.Slurm, command, settings.StudyFolder);
    }
}
