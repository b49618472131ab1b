using System.Diagnostics;

namespace TransferLens.Cli.Tests.Faults;

/// <summary>A disk of a stated size in memory, mounted below a folder until it is disposed of. Root alone may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Mounts one at a folder that is made; null where that is not allowed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="kilobytes">Its size.</param>
    public static SmallDisk? Mount(string path, int kilobytes)
    {
        Directory.CreateDirectory(path);
        return
            OperatingSystem.IsLinux()
            && Does("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "transferlens-test", path)
            ? new(path)
            : null;
    }

    /// <summary>Mounts it anew with other options, what is on it being kept; for example <c>size=64m</c> or <c>ro</c>.</summary>
    public void Remount(string options) => Assert.True(Does("mount", "-o", $"remount,{options}", Path));

    public void Dispose() => Does("umount", "--lazy", Path);

    private static bool Does(string program, params string[] arguments)
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
            return false; // There is no such program.
        }
    }
}
