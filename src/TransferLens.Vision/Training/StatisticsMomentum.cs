using System.Collections.Immutable;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Training;

/// <summary>
/// Sets the weight of a new batch in the running statistics of batch normalization; disposing it puts the network's own
/// back. A network from an ONNX file may have one that is too small for few steps: with 0.01, more than a third of the
/// statistics after 100 steps are those from before training.
/// </summary>
internal sealed class StatisticsMomentum : IDisposable
{
    private readonly ImmutableArray<RecalibrationMode.Layer> layers = [];

    /// <summary>Sets the momentum in every layer that has running statistics.</summary>
    /// <param name="network">The network.</param>
    /// <param name="momentum">In (0, 1], as in PyTorch; null for the network's own.</param>
    public StatisticsMomentum(Network network, double? momentum)
    {
        if (momentum is not null)
        {
            layers = RecalibrationMode.Layers(network);
            Set(_ => momentum);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Set(layer => layer.Momentum);

    private void Set(Func<RecalibrationMode.Layer, double?> momentum)
    {
        foreach (var layer in layers)
        {
            layer.SetMomentum(momentum(layer));
        }
    }
}
