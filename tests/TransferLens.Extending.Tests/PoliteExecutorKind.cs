using TransferLens.Execution;
using TransferLens.Execution.Local;

namespace Extending;

/// <summary>An executor that leaves most of the machine to others.</summary>
internal sealed class PoliteExecutorKind : ExecutorKind
{
    public override string Name => "polite";

    public override string Description => "Run one task at a time on this machine, with one thread.";

    public override IExecutor Create(ExecutionSettings settings) =>
        new LocalExecutorKind().Create(settings with { Jobs = 1, Threads = 1 });
}
