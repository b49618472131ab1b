using System.Diagnostics;
using System.Runtime.InteropServices;
using TransferLens.Execution.Local;

namespace TransferLens.Cli.Processes;

/// <summary>
/// A command that computes on images itself begins anew, in the same process, with the settings that workers are started with:
/// glibc reads them when a process begins. It takes 0.06 s. Why: docs/decisions/0008-commands-begin-anew.md.
/// </summary>
internal static partial class RestartedProcess
{
    /// <summary>The variable that is set in a process that began anew; set by the user, it keeps commands from doing so.</summary>
    public const string Begun = "TRANSFERLENS_BEGUN_ANEW";

    // Heaps of threads other than the first are given back to the system whenever a tensor at their end is freed, and every batch
    // then pays for fresh pages. Many threads would wait for each other at a single heap.
    private const string OneHeap = "glibc.malloc.arena_max=1";
    private const int FewThreads = 16;

    /// <summary>The commands that do.</summary>
    public static IReadOnlySet<string> Commands { get; } =
        new HashSet<string>(
            ["barrier", "criticality", "evaluate", "mistakes", "similarity", "soup"],
            StringComparer.Ordinal
        );

    /// <summary>Begins anew where it helps; comes back where it does not, or cannot, or where a debugger or profiler looks on.</summary>
    /// <param name="arguments">The command line.</param>
    public static void Begin(string[] arguments)
    {
        if (
            !OperatingSystem.IsLinux()
            || !Commands.Contains(arguments.FirstOrDefault(word => !word.StartsWith('-')) ?? "")
            || IsSet(Begun)
            || Debugger.IsAttached
            || IsSet("DOTNET_DiagnosticPorts")
            || IsSet("CORECLR_ENABLE_PROFILING")
        )
        {
            return;
        }

        try
        {
            // As the system has it: where `dotnet` runs the program, that word and the program's file come before the arguments.
            var words = File.ReadAllBytes("/proc/self/cmdline");
            var tunables = WorkerEnvironment.TunablesWith(
                Environment.GetEnvironmentVariable(WorkerEnvironment.TunablesName)
            );
            _ = SetEnvironment(Begun, "1", 1);
            _ = SetEnvironment(
                WorkerEnvironment.TunablesName,
                Environment.ProcessorCount <= FewThreads && !IsSet("MALLOC_ARENA_MAX")
                    ? $"{OneHeap}:{tunables}"
                    : tunables,
                1
            );
            // Threads that wait for others by spinning take the cores from whatever else runs, and from each other. The user's own holds.
            _ = SetEnvironment("OMP_WAIT_POLICY", "passive", 0);
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
            // It computes all the same, a little slower.
        }
    }

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is not null;

    // What the runtime made for tools that look into this process; made again, under the same name, it must not be there. The name has
    // the process's number and the time of its start, the 22nd of the numbers that the system tells; the second is a name in brackets.
    private static void RemoveSocket()
    {
        var told = File.ReadAllText("/proc/self/stat");
        var start = told[(told.LastIndexOf(')') + 2)..].Split(' ')[22 - 3];
        File.Delete(Path.Combine(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-{start}-socket"));
    }

    // What lies in the words, each ended by a zero, as a C program takes it; never freed, since nothing comes after.
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
