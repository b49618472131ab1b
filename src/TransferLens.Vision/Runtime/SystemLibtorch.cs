using System.Text;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// A libtorch that the system finds by its name, such as that of Debian's <c>python3-torch</c>. TorchSharp asks the
/// system first, and fails with another version than its own.
/// </summary>
internal static class SystemLibtorch
{
    private const string Library = "libtorch_cpu.so";

    // What ldconfig found in the folders of /etc/ld.so.conf and in the usual ones.
    private const string LinkerCache = "/etc/ld.so.cache";

    private const string LoadedFiles = "/proc/self/maps";

    /// <summary>Whether the system would find one. Loads nothing.</summary>
    public static bool Exists() =>
        OperatingSystem.IsLinux() && (SearchedFolders().Any(HasLibrary) || Contains(LinkerCache, Library + '\0'));

    /// <summary>Whether this process has loaded a libtorch, from wherever.</summary>
    public static bool IsLoaded() => OperatingSystem.IsLinux() && Contains(LoadedFiles, Library);

    private static string[] SearchedFolders() =>
        (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(
            [':', ';'],
            StringSplitOptions.RemoveEmptyEntries
        );

    private static bool HasLibrary(string folder) => File.Exists(Path.Combine(folder, Library));

    private static bool Contains(string file, string text)
    {
        try
        {
            return File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false; // other C libraries, such as musl, have no such cache
        }
    }
}
