namespace TransferLens.Execution.Slurm;

/// <summary>Declares the executor that submits tasks as job arrays to a Slurm cluster.</summary>
public sealed class SlurmExecutorKind : ExecutorKind
{
    /// <inheritdoc/>
    public override string Name => "slurm";

    /// <inheritdoc/>
    public override string Description => "Submit tasks as job arrays to a Slurm cluster.";

    /// <inheritdoc/>
    public override IExecutor Create(ExecutionSettings settings)
    {
        var command = string.Join(' ', settings.Command.Select(ShellWord.Quote));
        var run = new SlurmRun(settings.Study, settings.RunFolder, settings.Slurm, command, settings.StudyFolder);
        return new SlurmExecutor(settings.Store, run, settings.Time);
    }
}
