using TransferLens.Cli.Output;

namespace TransferLens.Cli.Options;

/// <summary>The number of threads of <c>--threads</c>.</summary>
internal static class ThreadCount
{
    /// <summary>At most the number of cores; says so where it is less than was asked for.</summary>
    /// <param name="threads">What was asked for; null for the default.</param>
    public static int? Capped(int? threads)
    {
        if (threads is not { } asked || asked <= Environment.ProcessorCount)
        {
            return threads;
        }

        InputNotes.Add(
            $"--threads is {asked}, but this machine has {Environment.ProcessorCount} cores, which are used."
        );
        return Environment.ProcessorCount;
    }
}
