namespace TransferLens.Execution.Slurm;

/// <summary>
/// Counts the attempts at a task. An attempt that was interrupted from outside after good progress does not count, so a
/// training run that takes longer than the time limit of a job still finishes.
/// </summary>
/// <param name="retries">Number of attempts that may follow the first.</param>
internal sealed class Attempts(int retries)
{
    private const double GoodProgress = 0.05;
    private double furthest;

    /// <summary>Attempts that count.</summary>
    public int Counted { get; private set; }

    /// <summary>All attempts.</summary>
    public int Total { get; private set; }

    /// <summary>Records an attempt that ended without an artifact.</summary>
    /// <param name="interrupted">Whether it was interrupted from outside.</param>
    /// <param name="fraction">Progress of the task at its end, in [0, 1].</param>
    /// <returns>Whether another attempt may follow.</returns>
    public bool Fail(bool interrupted, double fraction)
    {
        Total++;
        if (!interrupted || fraction < furthest + GoodProgress)
        {
            Counted++;
        }

        furthest = Math.Max(furthest, fraction);
        return Counted <= retries;
    }
}
