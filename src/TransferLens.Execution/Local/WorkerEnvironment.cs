namespace TransferLens.Execution.Local;

/// <summary>Environment variables of processes that compute tasks; their libraries read them when they start.</summary>
internal static class WorkerEnvironment
{
    /// <summary>The variable with the settings of glibc; other C libraries ignore it.</summary>
    public const string TunablesVariable = "GLIBC_TUNABLES";

    /// <summary>
    /// Large pages for memory from malloc, which save an eighth of the processor time of a training run; and no caches
    /// of small blocks. Aligning a tensor's memory cuts off a small block, which such a cache would keep: the freed
    /// memory would then be too small for the next tensor of the same size.
    /// </summary>
    public const string Tunables = "glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0";

    /// <summary>The variables with the number of threads of libtorch's two thread pools.</summary>
    public static IReadOnlyList<string> ThreadVariables { get; } = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"];

    /// <summary>
    /// <see cref="Tunables"/>, followed by the user's settings. glibc uses the last of two settings of one name.
    /// </summary>
    /// <param name="users">The variable's value in the user's environment, or null.</param>
    public static string TunablesWith(string? users) => string.IsNullOrEmpty(users) ? Tunables : $"{Tunables}:{users}";
}
