using System.Diagnostics;
using System.Runtime.InteropServices;
using TransferLens.Execution.Local;

namespace TransferLens.Cli.Processes;

/// <summary>
/// Restarts a command that computes itself, in the same process, with the environment that workers have:
/// glibc reads its settings when a process starts. This takes 0.06 s. The reasons are in
/// docs/decisions/0008-commands-restart-themselves.md.
/// </summary>
internal static partial class RestartedProcess
{
    /// <summary>Set in a restarted process. A user who sets it prevents restarts.</summary>
    public const string Mark = "TRANSFERLENS_RESTARTED";

    // glibc returns the heaps of all threads but the first to the system whenever a tensor at their end is freed, and
    // every batch then pays for fresh pages. Many threads, however, would wait for each other at a single heap.
    private const string OneHeap = "glibc.malloc.arena_max=1";
    private const int FewThreads = 16;

    // Position of the start time in /proc/PID/stat, counted from the field after the process's name.
    private const int StartField = 19;

    /// <summary>The commands that are restarted.</summary>
    public static IReadOnlySet<string> Commands { get; } =
        new HashSet<string>(
            [
                "barrier",
                "criticality",
                "doctor",
                "evaluate",
                "mistakes",
                "plan",
                "probe",
                "similarity",
                "soup",
                "wise_ft",
            ],
            StringComparer.Ordinal
        );

    /// <summary>
    /// Restarts this process where that helps. Returns where it does not help or is impossible, and where a debugger or
    /// profiler is attached.
    /// </summary>
    /// <param name="arguments">The command line.</param>
    public static void Begin(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !IsListed(arguments) || IsSet(Mark) || IsObserved())
        {
            return;
        }

        try
        {
            // As the system has it: when `dotnet` runs the program, its path and the program's come before the
            // arguments.
            var words = File.ReadAllBytes("/proc/self/cmdline");
            SetVariables();
            RemoveSocket();
            _ = Execute(Environment.ProcessPath!, Pointers(words));
        }
        catch (Exception failure)
            when (failure
                    is IOException
                        or UnauthorizedAccessException
                        or DllNotFoundException
                        or EntryPointNotFoundException
            )
        {
            // The command runs without a restart, a little slower.
        }
    }

    private static bool IsListed(string[] arguments) =>
        Commands.Contains(arguments.FirstOrDefault(word => !word.StartsWith('-')) ?? "");

    private static bool IsObserved() =>
        Debugger.IsAttached || IsSet("DOTNET_DiagnosticPorts") || IsSet("CORECLR_ENABLE_PROFILING");

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is not null;

    private static void SetVariables()
    {
        var users = Environment.GetEnvironmentVariable(WorkerEnvironment.TunablesVariable);
        var tunables = WorkerEnvironment.TunablesWith(users);
        var hasOneHeap = Environment.ProcessorCount <= FewThreads && !IsSet("MALLOC_ARENA_MAX");
        _ = SetEnvironment(Mark, "1", 1);
        _ = SetEnvironment(WorkerEnvironment.TunablesVariable, hasOneHeap ? $"{OneHeap}:{tunables}" : tunables, 1);
        // Threads that spin while they wait take the cores from other processes, and from each other. A value that the
        // user has set stays.
        _ = SetEnvironment("OMP_WAIT_POLICY", "passive", 0);
    }

    // The runtime created this socket for diagnostic tools and creates it again, under the same name, after the
    // restart; it must not exist then. Its name contains the process's id and start time.
    private static void RemoveSocket()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var start = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartField];
        File.Delete(Path.Combine(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-{start}-socket"));
    }

    // The argument vector of a C program, for words that each end with a zero. It is never freed, as nothing follows.
    private static nint[] Pointers(byte[] words)
    {
        var memory = Marshal.AllocHGlobal(words.Length);
        Marshal.Copy(words, 0, memory, words.Length);
        return
        [
            .. words
                .Index()
                .Where(word => word.Index == 0 || words[word.Index - 1] == 0)
                .Select(word => memory + word.Index),
            0,
        ];
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string path, nint[] arguments);
}
