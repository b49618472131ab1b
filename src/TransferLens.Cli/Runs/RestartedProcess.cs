using System.Runtime.InteropServices;
using TransferLens.Execution;

namespace TransferLens.Cli.Runs;

/// <summary>
/// A command that computes on pictures itself begins anew, in the same process, with the settings that workers are started with:
/// glibc reads them when a process begins. It takes 0.06 s.
/// </summary>
internal static partial class RestartedProcess
{
    // The heaps of threads other than the first are given back to the system whenever a tensor is freed at their end, and every
    // batch then pays for fresh pages.
    private const string OneHeap = "glibc.malloc.arena_max=1";

    /// <summary>The commands that do.</summary>
    public static IReadOnlySet<string> Commands { get; } = new HashSet<string>(["barrier", "criticality", "evaluate", "mistakes", "similarity", "soup"], StringComparer.Ordinal);

    /// <summary>Begins anew where it helps; comes back where it does not, where the environment has settings already, or where it cannot.</summary>
    /// <param name="arguments">The command line.</param>
    public static void Begin(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !Commands.Contains(arguments.FirstOrDefault() ?? "") || Environment.GetEnvironmentVariable(WorkerEnvironment.TunablesName) is not null)
        {
            return;
        }

        try
        {
            // As the system has it: where `dotnet` runs the program, that word and the program's file come before the arguments.
            var words = File.ReadAllBytes("/proc/self/cmdline");
            RemoveSockets();
            _ = SetEnvironment(WorkerEnvironment.TunablesName, $"{WorkerEnvironment.Tunables}:{OneHeap}", 1);
            _ = Execute(Environment.ProcessPath!, Pointers(words));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DllNotFoundException or EntryPointNotFoundException)
        {
            // It computes all the same, a little slower.
        }
    }

    // What the runtime made for tools that look into this process; made again, under the same name, it must not be there.
    private static void RemoveSockets()
    {
        foreach (var socket in Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-*-socket"))
        {
            File.Delete(socket);
        }
    }

    // What lies in the words, each ended by a zero, as a C program takes it; never freed, since nothing comes after.
    private static nint[] Pointers(byte[] words)
    {
        var memory = Marshal.AllocHGlobal(words.Length);
        Marshal.Copy(words, 0, memory, words.Length);
        return [.. words.Index().Where(word => word.Index == 0 || words[word.Index - 1] == 0).Select(word => memory + word.Index), 0];
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string path, nint[] arguments);
}
