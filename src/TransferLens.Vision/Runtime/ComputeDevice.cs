using System.Globalization;
using TorchSharp;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// The device that the networks of this process compute on: the processor, or a GPU by CUDA. Images, losses and what analyses
/// reckon stay in the processor's memory; a network takes its batches to its device and brings its answers back.
/// </summary>
/// <remarks>A device is provenance, like a number of threads, and in no task's key: results may differ in the last bits.</remarks>
public static class ComputeDevice
{
    /// <summary>The environment variable that says the device where no option does; processes that a run starts inherit it.</summary>
    public const string Variable = "TRANSFERLENS_DEVICE";

    // The number of the GPU; null for the processor. torch.CPU would load libtorch.
    private static int? gpu;

    /// <summary>Where networks are created unless another device is given.</summary>
    public static Device Current => gpu is { } number ? device(DeviceType.CUDA, number) : CPU;

    /// <summary>The name of the device that this process computes on.</summary>
    public static string Name => gpu is { } number ? $"cuda:{number}" : "cpu";

    /// <summary><see cref="TensorRuntime.Software"/>, and the device where it is not the processor.</summary>
    public static IReadOnlyDictionary<string, string> Software =>
        gpu is null
            ? TensorRuntime.Software
            : new SortedDictionary<string, string>(TensorRuntime.Software.ToDictionary(), StringComparer.Ordinal)
            {
                ["device"] = Name,
            };

    /// <summary>Checks a choice of device, and makes it that of this process.</summary>
    /// <param name="text"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null for what <see cref="Variable"/> says, or the processor.</param>
    /// <exception cref="InputException">It is none of these, or not at hand on this machine or in this build.</exception>
    public static void Use(string? text) =>
        gpu = Find(text ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } said ? said : "cpu"));

    /// <summary>Number of GPUs that this build can compute on, 0 where it holds no CUDA packages; loads libtorch only where it does.</summary>
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

        var number =
            text == "cuda" ? 0
            : text.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(text["cuda:".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var which)
                ? which
            : throw new InputException($"The device '{text}' is not known; write cpu, cuda or cuda:N.");
        if (TensorRuntime.CudaLibrary is null)
        {
            throw new InputException(
                $"The device '{text}' cannot be used, since this build holds libtorch for the processor alone; build with -p:TransferLensCuda=true, as docs/gpu.md says, or compute on cpu."
            );
        }

        return Gpus() is var found && number < found
            ? number
            : throw new InputException(
                $"The device '{text}' cannot be used: libtorch finds {(found == 0 ? "no GPU that it can use" : $"the GPUs 0 to {found - 1}")}; see what nvidia-smi says, or compute on cpu."
            );
    }
}
