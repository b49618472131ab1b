using System.Globalization;
using System.Runtime.InteropServices;

namespace TransferLens.Execution.Leases;

/// <summary>A process, so that others can tell who it is and, on the same machine, whether it is still there.</summary>
/// <param name="Host">The machine since it was started, and the processes' name space on it; equal hosts see each other's processes.</param>
/// <param name="Process">The process id.</param>
/// <param name="Started">When it was started, in the machine's own units; a later process may get the same id.</param>
/// <param name="Job">The batch job that it is part of, or null.</param>
public sealed partial record LeaseOwner(string Host, int Process, string Started, string? Job)
{
    /// <summary>This process.</summary>
    public static LeaseOwner Current { get; } =
        new(
            string.Join(
                ' ',
                new[]
                {
                    Environment.MachineName,
                    Text("/proc/sys/kernel/random/boot_id"),
                    Target("/proc/self/ns/pid"),
                }.Where(part => part.Length > 0)
            ),
            Environment.ProcessId,
            StartOf(Environment.ProcessId) ?? "",
            Environment.GetEnvironmentVariable("SLURM_ARRAY_JOB_ID") is { } array
                ? $"{array}_{Environment.GetEnvironmentVariable("SLURM_ARRAY_TASK_ID")}"
                : Environment.GetEnvironmentVariable("SLURM_JOB_ID")
        );

    /// <summary>Whether the process is there, as far as <paramref name="observer"/> can tell: null for one on another machine, and for one that the system hides.</summary>
    public bool? IsAlive(LeaseOwner observer) =>
        Host != observer.Host ? null
        : StartOf(Process) is { } start && Started.Length > 0 ? start == Started
        : IsGone(Process) ? false
        : null;

    // Where /proc shows a user his own processes only, a process that cannot be seen may live; the system alone knows.
    private static bool IsGone(int id)
    {
        const int NoSuchProcess = 3;
        if (OperatingSystem.IsLinux())
        {
            return IsDead(Text($"/proc/{id}/stat"))
                || (Kill(id, 0) != 0 && Marshal.GetLastPInvokeError() == NoSuchProcess);
        }

        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return process.HasExited;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            return true;
        }
    }

    // State and start stand behind the name, which is in brackets and may hold anything.
    private static string[] Parts(string stat) =>
        stat.Length == 0 ? [] : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

    private static bool IsDead(string stat) => Parts(stat) is ["Z" or "X", ..];

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);

    // Null when there is no such process, or only what is left of it.
    private static string? StartOf(int id)
    {
        if (!OperatingSystem.IsLinux())
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(id);
                return process.HasExited ? null : process.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
            }
            catch (Exception failure)
                when (failure is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }

        var parts = Parts(Text($"/proc/{id}/stat"));
        return parts.Length > 19 && parts[0] is not ("Z" or "X") ? parts[19] : null;
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget ?? "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
