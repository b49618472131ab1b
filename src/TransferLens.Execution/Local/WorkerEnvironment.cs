namespace TransferLens.Execution.Local;

/// <summary>What a process that computes tasks finds in its environment, because its libraries read it when they start.</summary>
public static class WorkerEnvironment
{
    /// <summary>The variable that glibc reads its settings from; other C libraries ignore it.</summary>
    public const string TunablesName = "GLIBC_TUNABLES";

    /// <summary>
    /// Large pages for what malloc hands out: an eighth less processor time in a training. And no caches of small blocks: what is cut
    /// off a tensor's memory to align it would lie in them, and the memory, once freed, would be too small for the next tensor
    /// of that size by what was cut off.
    /// </summary>
    public const string Tunables = "glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0";

    /// <summary><see cref="Tunables"/> and what the user asks for. The last of two settings of one name holds: the user's own.</summary>
    /// <param name="own">What the variable says already, or null.</param>
    public static string TunablesWith(string? own) => string.IsNullOrEmpty(own) ? Tunables : $"{Tunables}:{own}";

    /// <summary>The variables that say with how many threads libtorch's two pools start.</summary>
    public static IReadOnlyList<string> ThreadsNames { get; } = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"];
}
