using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Runtime;

/// <summary>The state of the native tensor library in this process.</summary>
/// <param name="Loaded">Whether tensors can be created.</param>
/// <param name="UsedCompatibilityCopy">Whether the patched copy of <c>libLibTorchSharp.so</c> was needed
/// (see <see cref="GlibcxxCompatibility"/>).</param>
/// <param name="Library">Full path of the <c>LibTorchSharp</c> that was loaded, or null.</param>
/// <param name="Version">Version of libtorch, for example <c>2.10.0</c>, or null when nothing was loaded.</param>
/// <param name="Problem">The reason why it did not load, as one sentence, or null.</param>
public sealed record TensorRuntimeStatus(
    bool Loaded,
    bool UsedCompatibilityCopy,
    string? Library,
    string? Version,
    string? Problem
);

/// <summary>
/// Loads libtorch where TorchSharp alone cannot: on systems whose libstdc++ is older than the one TorchSharp was
/// linked against (Debian 12, Ubuntu 22.04).
/// </summary>
public static class TensorRuntime
{
    /// <summary>The version of the libtorch packages that this build references.</summary>
    public const string LibtorchVersion = "2.10.0";

    /// <summary>
    /// The versions of the libraries that compute, by name; loads nothing. That of a libtorch that the user chose has
    /// a suffix, such as <c>2.10.0+cu128</c>.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Software =>
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["TorchSharp"] = TorchSharpVersion,
            ["libtorch"] = Choice.Value.Folder?.Version ?? LibtorchVersion,
        };

    /// <summary>Path of the libtorch library for CUDA; null without one. Loads nothing.</summary>
    public static string? CudaLibrary => Find("libtorch_cuda.so");

    /// <summary>The folder of the libtorch that the user chose; null for this build's own. Loads nothing.</summary>
    /// <exception cref="InputException">The choice cannot be used; the message says why.</exception>
    internal static LibtorchFolder? ChosenFolder =>
        Choice.Value is { Problem: { } problem } ? throw new InputException(problem) : Choice.Value.Folder;

    /// <summary>Whether this is Linux on an x64 processor.</summary>
    internal static bool IsLinuxX64 =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The version of TorchSharp.</summary>
    internal static string TorchSharpVersion => typeof(torch).Assembly.GetName().Version!.ToString(3);

    // In the order in which they depend on each other.
    private static readonly string[] Libtorch =
    [
        "libc10.so",
        "libtorch_cpu.so",
        "libc10_cuda.so",
        "libtorch_cuda.so",
        "libtorch.so",
    ];

    private static readonly Lazy<(LibtorchFolder? Folder, string? Problem)> Choice = new(Choose);

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, nint> Loaded = [];
    private static nint torchSharpHandle;
    private static string? torchSharpPath;
    private static bool usedCopy;
    private static string? refusal;
    private static TensorRuntimeStatus? status;

    /// <summary>
    /// Loads the native libraries if they are not loaded yet, and returns the outcome. Takes about 0.4 s the first
    /// time. Never throws.
    /// </summary>
    public static TensorRuntimeStatus Status()
    {
        _ = TorchSharpVersion; // loads TorchSharp, and perhaps libtorch with it, while nothing is locked
        lock (Gate)
        {
            return status ??= Load();
        }
    }

    /// <summary>Loads the native libraries if they are not loaded yet.</summary>
    /// <exception cref="InputException">They cannot be loaded on this machine; the message says why.</exception>
    public static void EnsureLoaded()
    {
        _ = ChosenFolder;
        var state = Status();
        if (!state.Loaded)
        {
            throw new InputException($"The tensor library does not load on this machine: {state.Problem}");
        }
    }

    // A module initializer, so that library users can create tensors without calling this class first. It only
    // subscribes; nothing is loaded until TorchSharp asks for its library and the system does not find it. Where the
    // system would find another libtorch, this one is loaded as soon as TorchSharp is, before any of its code runs.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void Subscribe()
    {
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => LoadWith(loaded.LoadedAssembly);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            LoadWith(assembly);
        }
    }
#pragma warning restore CA2255

    private static void LoadWith(Assembly assembly)
    {
        if (
            assembly.GetName().Name != "TorchSharp"
            || !SystemLibtorch.Exists()
            || SystemLibtorch.IsLoaded()
            || Choice.Value.Problem is not null
        )
        {
            return;
        }

        lock (Gate)
        {
            LoadLibtorch();
        }
    }

    private static nint Resolve(Assembly assembly, string name)
    {
        // TorchSharp asks for torch_cpu first, which is among the libraries that LibTorchSharp is loaded with.
        var isLibtorch = name is "torch_cpu" or "torch_cuda";
        if (
            !(isLibtorch || name is "LibTorchSharp" or "libLibTorchSharp" or "libLibTorchSharp.so")
            || !OperatingSystem.IsLinux()
        )
        {
            return 0;
        }

        lock (Gate)
        {
            torchSharpHandle = torchSharpHandle != 0 ? torchSharpHandle : LoadTorchSharp();
            return isLibtorch ? Loaded.GetValueOrDefault($"lib{name}.so") : torchSharpHandle;
        }
    }

    // TorchSharp loads the libtorch that .NET finds even if another one is loaded. Two in one process end it.
    private static (LibtorchFolder? Folder, string? Problem) Choose()
    {
        try
        {
            var folder = LibtorchFolder.FromEnvironment();
            if (folder is not null && SearchedFolders().FirstOrDefault(HasOther) is { } own)
            {
                return (
                    null,
                    $"{LibtorchFolder.Variable} is set, but this program has a libtorch of its own in '{own}', and a "
                        + "process cannot load two; build the program without a libtorch package, or unset it."
                );
            }

            return (folder, null);

            bool HasOther(string searched) =>
                Path.Combine(searched, "libtorch_cpu.so") is var path
                && File.Exists(path)
                && InputFile.Target(path).FullName != InputFile.Target(folder!.Find("libtorch_cpu.so")!).FullName;
        }
        catch (InputException problem)
        {
            return (null, problem.Message);
        }
    }

    private static nint LoadTorchSharp()
    {
        if (Choice.Value.Problem is { } problem)
        {
            refusal = problem;
            return 0;
        }

        foreach (var folder in NativeFolders())
        {
            var library = Path.Combine(folder, "libLibTorchSharp.so");
            if (!File.Exists(library))
            {
                continue;
            }

            // libtorch is in another folder than LibTorchSharp.
            LoadLibtorch();
            try
            {
                var handle = NativeLibrary.Load(library);
                torchSharpPath = library;
                return handle;
            }
            catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
            {
                refusal ??= failure.Message;
            }

            if (GlibcxxCompatibility.Load(library) is { } patched)
            {
                (torchSharpPath, usedCopy) = (patched.Path, true);
                return patched.Handle;
            }
        }

        return 0;
    }

    private static void LoadLibtorch()
    {
        foreach (var name in Libtorch)
        {
            if (Find(name) is not { } path || Loaded.ContainsKey(name))
            {
                continue;
            }

            try
            {
                Loaded[name] = NativeLibrary.Load(path);
            }
            catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
            {
                refusal ??= failure.Message;
            }
        }

        if (Loaded.TryGetValue(Libtorch[0], out var c10))
        {
            ShowErrorsOnly(c10);
        }
    }

    // Its warnings are about things that users cannot change, such as an unsupported processor.
    private static void ShowErrorsOnly(nint c10)
    {
        const int error = 2;
        if (NativeLibrary.TryGetExport(c10, "FLAGS_caffe2_log_level", out var level))
        {
            Marshal.WriteInt32(level, error);
        }
    }

    private static string? Find(string library) =>
        Choice.Value.Folder is { } chosen
            ? chosen.Find(library)
            : NativeFolders().Select(folder => Path.Combine(folder, library)).FirstOrDefault(File.Exists);

    // Where .NET itself searches.
    private static string[] SearchedFolders() =>
        [
            AppContext.BaseDirectory,
            .. ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(
                Path.PathSeparator,
                StringSplitOptions.RemoveEmptyEntries
            ),
        ];

    private static IEnumerable<string> NativeFolders()
    {
        var program = AppContext.BaseDirectory;
        // Where builds of this repository put libtorch, and nothing else searches: see Directory.Build.targets.
        yield return Path.Combine(program, "libtorch");
        // First the folder of `dotnet publish` for one system: an older publish may have left others next to it.
        yield return program;
        yield return Path.Combine(program, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        yield return Path.Combine(program, "runtimes", "linux-x64", "native");
        foreach (var folder in SearchedFolders())
        {
            yield return folder;
        }
    }

    private static TensorRuntimeStatus Load()
    {
        // When this fails, TorchSharp must not be used: it would copy half a gigabyte next to the program and try
        // again.
        if (OperatingSystem.IsLinux() && Resolve(typeof(torch).Assembly, "LibTorchSharp") == 0)
        {
            return new(false, false, null, null, Explain(refusal ?? "no LibTorchSharp was found."));
        }

        try
        {
            using var probe = torch.ones(2);
            var sum = probe.sum().item<float>();
            return sum == 2f
                ? new(true, usedCopy, torchSharpPath, Software["libtorch"], null)
                : new(false, usedCopy, torchSharpPath, Software["libtorch"], $"a sum of two ones came out as {sum}.");
        }
        catch (Exception failure)
            when (failure
                    is TypeInitializationException
                        or NotSupportedException
                        or DllNotFoundException
                        or EntryPointNotFoundException
                        or BadImageFormatException
            )
        {
            return new(false, usedCopy, torchSharpPath, null, Explain(failure.GetBaseException().Message));
        }
    }

    private static string Explain(string cause)
    {
        if (!IsLinuxX64)
        {
            var system = RuntimeInformation.RuntimeIdentifier;
            return $"this build contains libtorch for Linux x64 only, but this is {system}.";
        }

        if (Choice.Value.Problem is not null || Find("libtorch_cpu.so") is not null)
        {
            return cause.ReplaceLineEndings(" ").Trim();
        }

        var folders = string.Join(", ", NativeFolders().Distinct());
        return $"libtorch_cpu.so is in none of the folders searched ({folders}).";
    }
}
