using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// Backward passes of one process, one at a time: if the first ones of two networks overlap, oneDNN may write to a
/// scratchpad that it does not own, and the process dies.
/// </summary>
internal static class BackwardPass
{
    private static readonly Lock Turn = new();

    /// <summary>Adds the gradients of a value to those of the parameters that it depends on.</summary>
    /// <param name="value">A loss, or activations.</param>
    /// <param name="gradient">Of the activations, in their shape; null for a loss, which is one number.</param>
    public static void Run(Tensor value, Tensor? gradient = null)
    {
        lock (Turn)
        {
#pragma warning disable RS0030 // here it has its turn
            value.backward(gradient is null ? null : [gradient]);
#pragma warning restore RS0030
        }
    }
}
