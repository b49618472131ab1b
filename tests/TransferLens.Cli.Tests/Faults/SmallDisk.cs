using System.Diagnostics;

namespace TransferLens.Cli.Tests.Faults;

/// <summary>A disk of a given size in memory, mounted until it is disposed. Only root can mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Creates a folder and mounts a disk there; null where that is not allowed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="kilobytes">Its size.</param>
    public static SmallDisk? Mount(string path, int kilobytes)
    {
        Directory.CreateDirectory(path);
        return
            OperatingSystem.IsLinux()
            && Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "transferlens-test", path)
            ? new(path)
            : null;
    }

    /// <summary>Changes its options, for example <c>size=64m</c> or <c>ro</c>. Its files stay.</summary>
    public void Remount(string options) => Assert.True(Run("mount", "-o", $"remount,{options}", Path));

    public void Dispose() => Run("umount", "--lazy", Path);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true }
            )!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // The program is not installed.
        }
    }
}
