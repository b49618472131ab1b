using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>
/// Creates the tensors of a network on the device, and in the number format, that the network is being created for.
/// </summary>
internal static class NewWeights
{
    // Layers are created all over the architectures, and moving a parameter later would make it another parameter.
    [ThreadStatic]
    private static Device? device;

    [ThreadStatic]
    private static ScalarType? type;

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

    /// <summary>Creates a network whose weights are in a number format, usually float32.</summary>
    public static Network In(ScalarType format, Func<Network> create)
    {
        var before = type;
        type = format;
        try
        {
            return create();
        }
        finally
        {
            type = before;
        }
    }

    /// <summary>Zeros.</summary>
    public static Tensor Zeros(params long[] shape) => Filled(0, shape);

    /// <summary>Ones.</summary>
    public static Tensor Ones(params long[] shape) => Filled(1, shape);

    /// <summary>One value everywhere, in float32 unless the network is created in another format.</summary>
    public static Tensor Filled(double value, params long[] shape) =>
        full(shape, value, dtype: type ?? ScalarType.Float32, device: device);

    /// <summary>Whole numbers, (n), in int64.</summary>
    public static Tensor Integers(long[] values) => tensor(values, ScalarType.Int64, device: device);

    /// <summary>A counter at 0, a scalar of int64.</summary>
    public static Tensor Count() => zeros(Array.Empty<long>(), ScalarType.Int64, device: device);
}
