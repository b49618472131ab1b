using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>What batch normalization and dropout do.</summary>
internal enum OnnxMode
{
    /// <summary>Running statistics are used and nothing is dropped, whatever the file asks for.</summary>
    Evaluation,

    /// <summary>
    /// Batch normalization uses the batch's statistics and updates the running ones in place, as PyTorch does; dropout
    /// acts if there is a generator.
    /// </summary>
    Training,

    /// <summary>As the file asks, by ONNX's definitions: for ONNX's own tests.</summary>
    AsStored,
}

/// <summary>How a graph is computed.</summary>
/// <param name="Mode">What batch normalization and dropout do.</param>
/// <param name="Generator">Draws what dropout drops in <see cref="OnnxMode.Training"/>, on the CPU; null to drop
/// nothing.</param>
internal sealed record OnnxRun(OnnxMode Mode = OnnxMode.Evaluation, Generator? Generator = null);
