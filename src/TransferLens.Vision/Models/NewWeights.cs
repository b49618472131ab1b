using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>Makes the tensors of a network, on the device that the network is being made for.</summary>
internal static class NewWeights
{
    // A network's parts are made in many places, and parameters cannot be moved later without becoming others.
    [ThreadStatic]
    private static Device? place;

    /// <summary>Makes a network for a device.</summary>
    public static Network On(Device device, Func<Network> make)
    {
        var before = place;
        place = device;
        try
        {
            return make();
        }
        finally
        {
            place = before;
        }
    }

    /// <summary>Zeros of float32.</summary>
    public static Tensor Zeros(params long[] shape) => Filled(0, shape);

    /// <summary>Ones of float32.</summary>
    public static Tensor Ones(params long[] shape) => Filled(1, shape);

    /// <summary>One value of float32.</summary>
    public static Tensor Filled(double value, params long[] shape) =>
        full(shape, value, dtype: ScalarType.Float32, device: place);

    /// <summary>A count of 0, a scalar of int64.</summary>
    public static Tensor Count() => zeros(Array.Empty<long>(), ScalarType.Int64, device: place);
}
