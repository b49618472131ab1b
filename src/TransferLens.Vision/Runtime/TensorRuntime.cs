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
/// linked against (Debian 12, Ubuntu 22.04). All code about native libraries is in this class.
/// </summary>
public static class TensorRuntime
{
    /// <summary>The version of the libtorch packages that this build references.</summary>
    public const string LibtorchVersion = "2.10.0";

    /// <summary>The versions of the libraries that compute, by name; loads nothing.</summary>
    public static IReadOnlyDictionary<string, string> Software { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["TorchSharp"] = typeof(torch).Assembly.GetName().Version!.ToString(3),
            ["libtorch"] = LibtorchVersion,
        };

    /// <summary>Path of this build's libtorch library for CUDA; null without one. Loads nothing.</summary>
    public static string? CudaLibrary =>
        NativeFolders().Select(folder => Path.Combine(folder, "libtorch_cuda.so")).FirstOrDefault(File.Exists);

    private static readonly Lock Gate = new();
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
        lock (Gate)
        {
            return status ??= Load();
        }
    }

    /// <summary>Loads the native libraries if they are not loaded yet.</summary>
    /// <exception cref="InputException">They cannot be loaded on this machine; the message says why.</exception>
    public static void EnsureLoaded()
    {
        var state = Status();
        if (!state.Loaded)
        {
            throw new InputException($"The tensor library does not load on this machine: {state.Problem}");
        }
    }

    // A module initializer, so that library users can create tensors without calling this class first. It only
    // subscribes; nothing is loaded until TorchSharp asks for its library and the system does not find it.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void Subscribe()
    {
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }
#pragma warning restore CA2255

    private static nint Resolve(Assembly assembly, string name)
    {
        if (name is not ("LibTorchSharp" or "libLibTorchSharp" or "libLibTorchSharp.so") || !OperatingSystem.IsLinux())
        {
            return 0;
        }

        lock (Gate)
        {
            return torchSharpHandle != 0 ? torchSharpHandle : torchSharpHandle = LoadTorchSharp();
        }
    }

    private static nint LoadTorchSharp()
    {
        foreach (var folder in NativeFolders())
        {
            var library = Path.Combine(folder, "libLibTorchSharp.so");
            if (!File.Exists(library))
            {
                continue;
            }

            // libtorch comes from another package, so it may be in another folder than LibTorchSharp.
            foreach (
                var dependency in (string[])
                    ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"]
            )
            {
                var path = NativeFolders().Select(f => Path.Combine(f, dependency)).FirstOrDefault(File.Exists);
                if (path is not null && NativeLibrary.TryLoad(path, out var loaded) && dependency == "libc10.so")
                {
                    ShowErrorsOnly(loaded);
                }
            }

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

    // Its warnings are about things that users cannot change, such as an unsupported processor.
    private static void ShowErrorsOnly(nint c10)
    {
        const int error = 2;
        if (NativeLibrary.TryGetExport(c10, "FLAGS_caffe2_log_level", out var level))
        {
            Marshal.WriteInt32(level, error);
        }
    }

    private static IEnumerable<string> NativeFolders()
    {
        var program = AppContext.BaseDirectory;
        // First the folder of `dotnet publish` for one system: an older publish may have left others next to it.
        yield return program;
        yield return Path.Combine(program, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        yield return Path.Combine(program, "runtimes", "linux-x64", "native");
        var searched = (string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "";
        foreach (var folder in searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
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
                ? new(true, usedCopy, torchSharpPath, LibtorchVersion, null)
                : new(false, usedCopy, torchSharpPath, LibtorchVersion, $"a sum of two ones came out as {sum}.");
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
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            var system = RuntimeInformation.RuntimeIdentifier;
            return $"this build contains libtorch for Linux x64 only, but this is {system}.";
        }

        if (NativeFolders().Any(folder => File.Exists(Path.Combine(folder, "libtorch_cpu.so"))))
        {
            return cause.ReplaceLineEndings(" ").Trim();
        }

        var folders = string.Join(", ", NativeFolders().Distinct());
        return $"libtorch_cpu.so is in none of the folders searched ({folders}).";
    }
}
