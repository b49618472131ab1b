namespace TransferLens.Execution.Slurm;

/// <summary>
/// How often a task was tried. A try counts unless it was broken off from outside after the task had come a good part further:
/// a training that is longer than a time limit goes on as long as it gets on.
/// </summary>
/// <param name="retries">How many tries may follow the first.</param>
internal sealed class Tries(int retries)
{
    private const double GoodPart = 0.05;
    private double furthest;

    /// <summary>Tries that counted.</summary>
    public int Counted { get; private set; }

    /// <summary>All tries.</summary>
    public int All { get; private set; }

    /// <summary>Takes in that a try ended without the artifact.</summary>
    /// <param name="interrupted">Whether it was broken off from outside.</param>
    /// <param name="fraction">How far the task was, in [0, 1].</param>
    /// <returns>Whether there is another.</returns>
    public bool Again(bool interrupted, double fraction)
    {
        All++;
        if (!interrupted || fraction < furthest + GoodPart)
        {
            Counted++;
        }

        furthest = Math.Max(furthest, fraction);
        return Counted <= retries;
    }
}
