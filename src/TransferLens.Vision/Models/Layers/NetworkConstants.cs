using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>Buffers of networks that have the same values in all checkpoints, which may leave them out.</summary>
internal static class NetworkConstants
{
    /// <summary>Whether a buffer of a network is such a constant.</summary>
    public static bool Contains(string name) =>
        name.EndsWith("." + WindowAttention.IndexName, StringComparison.Ordinal);

    /// <summary>Creates the values of a constant.</summary>
    public static Tensor Create() => tensor(WindowAttention.RelativePositions());
}
