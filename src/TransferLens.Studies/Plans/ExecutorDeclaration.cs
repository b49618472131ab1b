namespace TransferLens.Studies.Plans;

/// <summary>
/// A way to run the tasks of a study, as users choose it. The library that runs tasks pairs each with its executor.
/// </summary>
public abstract class ExecutorDeclaration
{
    /// <summary>The name by which users choose it, for example <c>local</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, in one line.</summary>
    public abstract string Description { get; }
}
