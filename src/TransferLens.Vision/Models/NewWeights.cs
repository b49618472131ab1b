using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>Creates the tensors of a network on the device that the network is being created for.</summary>
internal static class NewWeights
{
    // Layers are created all over the architectures, and moving a parameter later would make it another parameter.
    [ThreadStatic]
    private static Device? device;

    /// <summary>Creates a network on a device.</summary>
    public static Network On(Device target, Func<Network> create)
    {
        var before = device;
        device = target;
        try
        {
            return create();
        }
        finally
        {
            device = before;
        }
    }

    /// <summary>Zeros, in float32.</summary>
    public static Tensor Zeros(params long[] shape) => Filled(0, shape);

    /// <summary>Ones, in float32.</summary>
    public static Tensor Ones(params long[] shape) => Filled(1, shape);

    /// <summary>One value everywhere, in float32.</summary>
    public static Tensor Filled(double value, params long[] shape) =>
        full(shape, value, dtype: ScalarType.Float32, device: device);

    /// <summary>Whole numbers, (n), in int64.</summary>
    public static Tensor Integers(long[] values) => tensor(values, ScalarType.Int64, device: device);

    /// <summary>A counter at 0, a scalar of int64.</summary>
    public static Tensor Count() => zeros(Array.Empty<long>(), ScalarType.Int64, device: device);
}
