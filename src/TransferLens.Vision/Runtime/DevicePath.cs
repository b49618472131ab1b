using static TorchSharp.torch;
using DeviceType = TorchSharp.DeviceType;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// Where the work on each image is done. On a GPU everything is done there: batches arrive as uint8 and are changed,
/// normalized and measured by tensor operations. The CPU has faster code of its own. Tests can make it use the tensor
/// operations instead, so that they are tested on machines without a GPU.
/// </summary>
internal static class DevicePath
{
    /// <summary>Set to <c>always</c>, the CPU too works as a GPU does; for tests.</summary>
    public const string Variable = "TRANSFERLENS_DEVICE_PATH";

    private static readonly bool Always = Environment.GetEnvironmentVariable(Variable) == "always";
    private static readonly AsyncLocal<bool> Exercised = new();

    /// <summary>Whether work on images is done by tensor operations on a device.</summary>
    /// <param name="device">The device.</param>
    public static bool IsUsed(Device device) => device.type != DeviceType.CPU || Always || Exercised.Value;

    /// <summary>The device of a network's or another module's parameters; the CPU without parameters.</summary>
    public static Device DeviceOf(nn.Module module) => module.parameters().FirstOrDefault()?.device ?? CPU;

    /// <summary>Makes the CPU work as a GPU does until the returned object is disposed; for tests.</summary>
    public static IDisposable Exercise()
    {
        Exercised.Value = true;
        return new Ending();
    }

    /// <summary>
    /// Values on a device. The copy to a GPU does not wait for what the GPU is computing, nor does the caller wait for
    /// the copy.
    /// </summary>
    /// <param name="values">Values on the CPU.</param>
    /// <param name="device">The device.</param>
    /// <returns>A new tensor; on the CPU it shares the values.</returns>
    public static Tensor Upload(Tensor values, Device device)
    {
        if (device.type != DeviceType.CUDA)
        {
            return device.type == DeviceType.CPU ? values.alias() : values.to(device);
        }

        // libtorch keeps the pinned memory until the copy is done, so that it may be disposed before.
        using var pinned = values.pin_memory();
        return pinned.to(device, non_blocking: true);
    }

    private sealed class Ending : IDisposable
    {
        public void Dispose() => Exercised.Value = false;
    }
}
