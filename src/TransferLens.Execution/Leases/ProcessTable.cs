using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TransferLens.Execution.Leases;

/// <summary>What the system tells about the processes of this machine.</summary>
internal static partial class ProcessTable
{
    // In /proc/PID/stat, counted from the field after the process's name.
    private const int StateField = 0;
    private const int StartField = 19;

    /// <summary>
    /// This machine, its boot, and the name space of this process's id; parts that are unknown are left out.
    /// </summary>
    public static string Host()
    {
        string[] parts =
        [
            Environment.MachineName,
            ReadText("/proc/sys/kernel/random/boot_id"),
            LinkTarget("/proc/self/ns/pid"),
        ];
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    /// <summary>
    /// When a process started, in the machine's own units; null when no such process is visible, or it is a zombie.
    /// </summary>
    public static string? StartOf(int id)
    {
        if (!OperatingSystem.IsLinux())
        {
            try
            {
                using var process = Process.GetProcessById(id);
                return process.HasExited ? null : process.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
            }
            catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or Win32Exception)
            {
                return null;
            }
        }

        var fields = Fields(ReadText($"/proc/{id}/stat"));
        return fields.Length > StartField && !IsDead(fields) ? fields[StartField] : null;
    }

    /// <summary>Whether a process has ended. False for one that is hidden from this user and may live.</summary>
    public static bool IsGone(int id)
    {
        const int NoSuchProcess = 3;
        if (OperatingSystem.IsLinux())
        {
            return IsDead(Fields(ReadText($"/proc/{id}/stat")))
                || (Kill(id, 0) != 0 && Marshal.GetLastPInvokeError() == NoSuchProcess);
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited;
        }
        catch (Win32Exception)
        {
            return false;
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            return true;
        }
    }

    // The second field is the process's name in parentheses, which may itself contain any character.
    private static string[] Fields(string stat) =>
        stat.Length == 0 ? [] : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

    private static bool IsDead(string[] fields) => fields.Length > 0 && fields[StateField] is "Z" or "X";

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);

    private static string ReadText(string path)
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

    private static string LinkTarget(string link)
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
