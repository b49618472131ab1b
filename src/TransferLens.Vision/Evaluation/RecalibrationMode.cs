using System.Collections.Immutable;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;
using TorchSharpBatchNorm = TorchSharp.Modules.BatchNorm;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// A network in evaluation mode except its batch normalization, whose running statistics become the mean over the
/// batches since they were reset. Disposing it restores modes and momentum; the statistics stay.
/// </summary>
internal sealed class RecalibrationMode : IDisposable
{
    private readonly ImmutableArray<Layer> layers;
    private readonly ModuleModes modes;

    /// <summary>Changes the mode of a network.</summary>
    public RecalibrationMode(Network network)
    {
        layers = Layers(network);
        modes = new ModuleModes(network.Root);
        network.Root.eval();
        foreach (var layer in layers)
        {
            layer.SetMomentum(null);
            layer.Module.train();
        }
    }

    /// <summary>Forgets the statistics so far.</summary>
    public void Reset()
    {
        foreach (var layer in layers)
        {
            layer.Reset();
        }
    }

    /// <summary>
    /// Says which batch after a reset comes next. A layer counts batches itself, but where statistics are put back, its
    /// count need not be among them: a network from an ONNX file has none in its state dict.
    /// </summary>
    /// <param name="batch">Number of the batch, from 1 on.</param>
    public void Expect(int batch)
    {
        foreach (var layer in layers)
        {
            layer.SetMomentum(1.0 / batch);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in layers)
        {
            layer.SetMomentum(layer.Momentum);
        }

        modes.Dispose();
    }

    /// <summary>The layers of batch normalization with running statistics.</summary>
    public static ImmutableArray<Layer> Layers(Network network) =>
        [.. network.Root.modules().Prepend(network.Root).Distinct().Select(LayerOf).OfType<Layer>()];

    // Both libraries read a momentum of null as 1 / k in the k-th batch after a reset: the mean of the batches so far.
    private static Layer? LayerOf(nn.Module module) =>
        module switch
        {
            BatchNormalization own => new(own, own.Momentum, own.Reset, momentum => own.Momentum = momentum),
            TorchSharpBatchNorm { track_running_stats: true } other => new(
                other,
                other.momentum,
                other.reset_running_stats,
                momentum => other.momentum = momentum
            ),
            _ => null,
        };

    /// <summary>A batch normalization layer, of either library, whose running statistics are recomputed.</summary>
    internal sealed record Layer(nn.Module Module, double? Momentum, Action Reset, Action<double?> SetMomentum);
}
