using System.CommandLine;
using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using TransferLens.Analyses.Preprocessing;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens doctor</c>: whether this machine can run TransferLens.</summary>
internal static class DoctorCommand
{
    private enum Mark
    {
        Pass,
        Warn,
        Fail,
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions(AnalysisOptions.OneCheckpoint);
        foreach (var option in options.All())
        {
            option.Required = false;
        }

        return options.Command(
            "doctor",
            "Check whether this machine can run TransferLens, and how well; with --network, --weights and --data also "
                + "whether the images are preprocessed as the weights expect.",
            [],
            (parsed, cancellationToken) => Run(options, parsed, cancellationToken),
            options.Json
        );
    }

    private static int Run(AnalysisOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        (Mark Mark, string Line)[] checks =
        [
            Tensors(),
            Processor(),
            Threads(),
            Memory(),
            Disk(),
            Gpu(),
            Slurm(),
            .. Given(options, parsed, cancellationToken),
        ];
        foreach (var (mark, line) in checks)
        {
            Console.WriteLine($"{mark.ToString().ToLowerInvariant(),-5} {line}");
        }

        return checks.Any(check => check.Mark == Mark.Fail) ? 1 : 0;
    }

    // Whether the images are preprocessed as the weights expect, if both are given.
    private static IEnumerable<(Mark, string)> Given(
        AnalysisOptions options,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        Option[] needed = [options.Network, options.Weights, options.Data];
        if (needed.All(option => parsed.GetResult(option) is null))
        {
            yield break;
        }

        // A network from a file has weights of its own.
        var missing = needed.FirstOrDefault(option =>
            parsed.GetResult(option) is null
            && !(
                option == options.Weights
                && parsed.GetValue(options.Network) is [var network]
                && NamedNetworks.IsFile(network)
            )
        );
        if (missing is not null)
        {
            throw new InputException(
                $"To check preprocessing, give --network, --weights and --data; {missing.Name} is missing."
            );
        }

        var file = options.WeightsOf(parsed, 1)[0];
        var settings = AnalysisInputs.Prepare(options, parsed);
        using var network = AnalysisInputs.Network(options, parsed, file);
        using var images = AnalysisInputs.Labelled(options, parsed, file, network, cancellationToken);
        var check = PreprocessingCheck.Measure(network, images, settings, null, cancellationToken);
        yield return (
            check.Better is null ? Mark.Pass : Mark.Warn,
            $"preprocessing: {PreprocessingOutput.Verdict(check)}"
        );
    }

    private static (Mark, string) Tensors()
    {
        var status = TensorRuntime.Status();
        var copy = status.UsedCompatibilityCopy
            ? $", with a compatibility copy for this system's older libstdc++ ({status.Library})"
            : "";
        return status.Loaded
            ? (Mark.Pass, $"tensor library: libtorch {status.Version} {LibtorchOrigin()}loads{copy}")
            : (Mark.Fail, $"tensor library: does not load: {status.Problem}");
    }

    // Which libtorch, where the user chose one.
    private static string LibtorchOrigin() =>
        TensorRuntime.ChosenFolder is { } chosen
            ? $"of {LibtorchFolder.Variable} ('{chosen.Folder}') matches TorchSharp {TensorRuntime.TorchSharpVersion} "
                + "and "
            : "";

    private static (Mark, string) Processor()
    {
        // Bit 5 of EAX of leaf 7, subleaf 1 is AVX512_BF16 (Intel SDM, CPUID).
        var bf16 =
            X86Base.IsSupported
            && X86Base.CpuId(0, 0).Eax >= 7
            && X86Base.CpuId(7, 0).Eax >= 1
            && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
        var features = $"AVX2 {Yes(Avx2.IsSupported)}, AVX-512 {Yes(Avx512F.IsSupported)}, bfloat16 {Yes(bf16)}";
        return (Avx2.IsSupported, bf16) switch
        {
            (true, true) => (Mark.Pass, $"processor: {features}"),
            (true, false) => (
                Mark.Warn,
                $"processor: {features}; use --precision float32, since bfloat16 is emulated here"
            ),
            _ => (Mark.Warn, $"processor: {features}; training is several times slower than on newer processors"),
        };
    }

    private static (Mark, string) Threads() =>
        (
            Environment.ProcessorCount > 1 ? Mark.Pass : Mark.Warn,
            $"threads: {Environment.ProcessorCount} usable; a study runs one task per thread unless --jobs is given"
        );

    private static (Mark, string) Memory()
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824.0;
        return available >= 4
            ? (Mark.Pass, $"memory: {available:0.0} GiB")
            : (Mark.Warn, $"memory: {available:0.0} GiB; run one task at a time with --jobs 1");
    }

    private static (Mark, string) Disk()
    {
        var folder = CacheFolder.Of();
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".{UniqueName.Create()}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (
                Mark.Fail,
                $"disk: the cache folder {folder} is not writable; set TRANSFERLENS_CACHE to a writable folder"
            );
        }

        var free = new DriveInfo(folder).AvailableFreeSpace / 1073741824.0;
        return free >= 5
            ? (Mark.Pass, $"disk: {free:0} GiB free at {folder}")
            : (Mark.Warn, $"disk: {free:0.0} GiB free at {folder}; set TRANSFERLENS_CACHE to a larger disk");
    }

    // A libtorch that cannot be used has been reported by then.
    private static string Contains =>
        Environment.GetEnvironmentVariable(LibtorchFolder.Variable) is { Length: > 0 }
            ? "the chosen libtorch contains"
            : "this build contains";

    private static (Mark, string) Gpu() =>
        (
            OutputOf("nvidia-smi", "--query-gpu=name --format=csv,noheader"),
            TensorRuntime.CudaLibrary is not null,
            ComputeDevice.Gpus()
        ) switch
        {
            (null, false, _) => (
                Mark.Pass,
                $"GPU: none found, and {Contains} no CUDA packages; everything runs on the processor"
            ),
            ({ } names, false, _) => (
                Mark.Warn,
                $"GPU: {names}, but {Contains} no CUDA packages; build with -p:TransferLensCuda=true or set "
                    + $"{LibtorchFolder.Variable} to use it (docs/gpu.md)"
            ),
            (null, true, 0) => (
                Mark.Warn,
                $"GPU: {Contains} CUDA packages, but no GPU was found; everything runs on the processor"
            ),
            ({ } names, true, 0) => (
                Mark.Warn,
                $"GPU: {names}, but libtorch cannot use it; its driver may be too old (docs/gpu.md)"
            ),
            (var names, true, var usable) => (
                Mark.Pass,
                $"GPU: {names ?? "found"}; {usable} usable by --device {DeviceNames(usable)}"
            ),
        };

    private static (Mark, string) Slurm() =>
        OutputOf("sbatch", "--version") is { } version && OutputOf("squeue", "--version") is not null
            ? (Mark.Pass, $"Slurm: {version}; `run --executor slurm` submits a study to it (docs/slurm.md)")
            : (Mark.Pass, "Slurm: sbatch and squeue not found or not answering; studies run on this machine");

    private static string DeviceNames(int count) => count > 1 ? $"cuda:0 to cuda:{count - 1}" : "cuda";

    private static string? OutputOf(string program, string arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            )!;
            var text = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true); // A cluster's tool may look for a controller that is not there.
                return null;
            }

            return process.ExitCode == 0 ? text.GetAwaiter().GetResult().Trim().ReplaceLineEndings(", ") : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Yes(bool value) => value ? "yes" : "no";
}
