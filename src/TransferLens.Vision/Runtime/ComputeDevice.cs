using System.Globalization;
using TorchSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// The device that this process computes on: the CPU, or a GPU with CUDA. There, images are changed and normalized,
/// networks compute, and so do losses, Gram matrices, distances and spectra; results are on the CPU.
/// </summary>
/// <remarks>
/// Like the number of threads, the device is provenance and not part of a task's key: results may differ in the last
/// bits.
/// </remarks>
public static class ComputeDevice
{
    /// <summary>The environment variable with the default device; processes that a run starts inherit it.</summary>
    public const string Variable = "TRANSFERLENS_DEVICE";

    // The number of the GPU; null for the CPU. A torch.Device would load libtorch.
    private static int? gpu;

    /// <summary>The device on which networks are created by default.</summary>
    public static Device Current => gpu is { } number ? device(DeviceType.CUDA, number) : CPU;

    /// <summary>The name of the device that this process computes on.</summary>
    public static string Name => gpu is { } number ? $"cuda:{number}" : "cpu";

    /// <summary>
    /// The number format in which networks compute where none is chosen: bfloat16 on a GPU, float32 on the CPU.
    /// </summary>
    public static Precision DefaultPrecision => gpu is null ? Precision.Float32 : Precision.Bfloat16;

    /// <summary><see cref="TensorRuntime.Software"/>, and the device where it is not the CPU.</summary>
    public static IReadOnlyDictionary<string, string> Software =>
        gpu is null
            ? TensorRuntime.Software
            : new SortedDictionary<string, string>(TensorRuntime.Software.ToDictionary(), StringComparer.Ordinal)
            {
                ["device"] = Name,
            };

    /// <summary>Sets the device of this process.</summary>
    /// <param name="text">
    /// <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null for the value of <see cref="Variable"/>, or the CPU.
    /// </param>
    /// <exception cref="InputException">
    /// It is none of these, or not available on this machine or in this build.
    /// </exception>
    public static void Use(string? text)
    {
        _ = TensorRuntime.ChosenFolder;
        var standard = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value : "cpu";
        gpu = Find(text ?? standard);
        if (gpu is not null)
        {
            // float32 is float32: anyone who chooses it wants precision, and bfloat16 is faster than TF32.
            backends.cudnn.allow_tf32 = false;
            backends.cuda.matmul.allow_tf32 = false;
        }
    }

    /// <summary>
    /// Number of GPUs that this build can use, 0 without CUDA packages; loads libtorch only with them.
    /// </summary>
    public static int Gpus()
    {
        if (TensorRuntime.CudaLibrary is null || !TensorRuntime.Status().Loaded)
        {
            return 0;
        }

        return cuda.is_available() ? cuda.device_count() : 0;
    }

    private static int? Find(string text)
    {
        if (text == "cpu")
        {
            return null;
        }

        var number = ParseGpu(text);
        if (TensorRuntime.CudaLibrary is null)
        {
            var has = TensorRuntime.ChosenFolder is { } chosen
                ? $"the libtorch in '{chosen.Folder}' is for CPUs only; set {LibtorchFolder.Variable} to one for GPUs"
                : "this build contains libtorch for CPUs only; build with -p:TransferLensCuda=true or set "
                    + LibtorchFolder.Variable;
            throw new InputException(
                $"The device '{text}' is not available, because {has} (see docs/gpu.md), or use cpu."
            );
        }

        var count = Gpus();
        if (number >= count)
        {
            var found = count == 0 ? "no usable GPU" : $"only the GPUs 0 to {count - 1}";
            throw new InputException(
                $"The device '{text}' is not available: libtorch finds {found}; check nvidia-smi, or use cpu."
            );
        }

        return number;
    }

    private static int ParseGpu(string text)
    {
        const string prefix = "cuda:";
        if (text == "cuda")
        {
            return 0;
        }

        return
            text.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(text[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InputException($"The device '{text}' is unknown; write cpu, cuda or cuda:N.");
    }
}
