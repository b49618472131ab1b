namespace TransferLens.Execution;

/// <summary>A way to run the tasks of a study, declared once.</summary>
public abstract class ExecutorKind
{
    /// <summary>The name by which users choose it, for example <c>local</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, in one line.</summary>
    public abstract string Description { get; }

    /// <summary>Creates the executor of one run.</summary>
    /// <param name="settings">The run.</param>
    public abstract IExecutor Create(ExecutionSettings settings);
}
