namespace TransferLens.Vision.Runtime;

/// <summary>
/// A libtorch that the system finds by its name, such as that of Debian's <c>python3-torch</c>. TorchSharp asks the
/// system first, and another version than its own ends it.
/// </summary>
internal static class SystemLibtorch
{
    private const string Library = "libtorch_cpu.so";

    // What ldconfig found in the folders of /etc/ld.so.conf and in the usual ones.
    private const string LinkerCache = "/etc/ld.so.cache";

    /// <summary>Whether there is one. Loads nothing.</summary>
    public static bool Exists() =>
        OperatingSystem.IsLinux()
        && (
            (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "")
                .Split(':', ';')
                .Any(folder => File.Exists(Path.Combine(folder, Library))) || IsInLinkerCache()
        );

    private static bool IsInLinkerCache()
    {
        try
        {
            return File.ReadAllBytes(LinkerCache).AsSpan().IndexOf("libtorch_cpu.so\0"u8) >= 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false; // other C libraries, such as musl, have none
        }
    }
}
