using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// The libtorch of an installed PyTorch, or an unpacked one, that the user chooses instead of the program's own: the
/// folder that <see cref="Variable"/> names. Nothing of it is executed to read its version.
/// </summary>
/// <param name="Folder">The folder with the libraries, for example <c>.../site-packages/torch/lib</c>.</param>
/// <param name="Version">The version it states, for example <c>2.10.0+cu128</c>.</param>
internal sealed partial record LibtorchFolder(string Folder, string Version)
{
    /// <summary>The environment variable with the folder; processes that a run starts inherit it.</summary>
    public const string Variable = "TRANSFERLENS_LIBTORCH";

    // Text next to the folder with the libraries: PyTorch's own, and that of libtorch's archives.
    private const string PythonFile = "version.py";
    private const string ArchiveFile = "build-version";
    private const int MostBytes = 1 << 16;

    private static readonly string[] Needed = ["libc10.so", "libtorch.so", "libtorch_cpu.so"];

    /// <summary>The folder that the environment chooses; null where the variable is not set.</summary>
    /// <exception cref="InputException">
    /// It has no libtorch, or none of the version that this build needs; or the system is another than Linux x64.
    /// </exception>
    public static LibtorchFolder? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? Read(folder) : null;

    /// <summary>Checks a folder and reads its version.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">As for <see cref="FromEnvironment"/>.</exception>
    public static LibtorchFolder Read(string folder)
    {
        if (!TensorRuntime.IsLinuxX64)
        {
            throw new InputException($"{Variable} works on Linux x64 only; unset it.");
        }

        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Needed.FirstOrDefault(name => !File.Exists(Path.Combine(full, name))) is { } missing)
        {
            throw new InputException(
                $"{Variable} is '{folder}', but {missing} is not there; give the folder torch/lib of an installed "
                    + $"PyTorch {TensorRuntime.LibtorchVersion}, or unset it."
            );
        }

        var version = VersionBeside(full)
            ?? throw new InputException(
                $"{Variable} is '{folder}', but neither {PythonFile} nor {ArchiveFile} next to that folder states its "
                    + $"version; give the folder torch/lib of an installed PyTorch {TensorRuntime.LibtorchVersion}, "
                    + "or unset it."
            );
        return Matches(version)
            ? new(full, version)
            : throw new InputException(
                $"{Variable} is '{folder}', which is libtorch {version}, but TorchSharp "
                    + $"{TensorRuntime.TorchSharpVersion} needs {TensorRuntime.LibtorchVersion}; install PyTorch "
                    + $"{TensorRuntime.LibtorchVersion}, or unset it."
            );
    }

    /// <summary>Path of one of its libraries; null where it has none of that name.</summary>
    public string? Find(string library)
    {
        var path = Path.Combine(Folder, library);
        return File.Exists(path) ? path : null;
    }

    // What follows a plus says what it was built for, such as +cu128 or +cpu.
    private static bool Matches(string version) => version.Split('+')[0] == TensorRuntime.LibtorchVersion;

    private static string? VersionBeside(string folder)
    {
        var parent = Path.GetDirectoryName(folder) ?? folder;
        var stated = PythonVersion().Match(TextOf(Path.Combine(parent, PythonFile)));
        var archive = TextOf(Path.Combine(parent, ArchiveFile)).Trim();
        return stated.Success ? stated.Groups["version"].Value
            : archive.Length > 0 ? archive
            : null;
    }

    // Empty without a readable file.
    private static string TextOf(string path)
    {
        try
        {
            using var stream = InputFile.Open(path, MostBytes);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InputException)
        {
            return "";
        }
    }

    [GeneratedRegex("""^__version__\s*(?::\s*\w+\s*)?=\s*['"](?<version>[^'"]+)['"]""", RegexOptions.Multiline)]
    private static partial Regex PythonVersion();
}
