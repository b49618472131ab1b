using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution;

/// <summary>A way to run the tasks of a study, declared once and listed in a <see cref="Catalog"/>.</summary>
public abstract class ExecutorKind : ExecutorDeclaration
{
    /// <summary>Checks that tasks can be run this way from this machine; by default they can.</summary>
    /// <exception cref="InputException">They cannot.</exception>
    public virtual Task CheckAsync() => Task.CompletedTask;

    /// <summary>Creates the executor of one run.</summary>
    /// <param name="settings">The run.</param>
    public abstract IExecutor Create(ExecutionSettings settings);
}
