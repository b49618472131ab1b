using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Alignment;

/// <summary>Means and products of the channels of a value in two models, collected batch by batch in float64.</summary>
/// <param name="part">The part of the group that the channels belong to.</param>
/// <param name="name">Name of the value in the network's graph.</param>
/// <param name="axis">Axis of the channels.</param>
/// <param name="indices">Indices of the channels along it, channel by channel, as many for each.</param>
/// <param name="channels">Number of channels.</param>
internal sealed class ValueMoments(int part, string name, int axis, long[] indices, int channels) : IDisposable
{
    // Of the mean square. Less is rounding: the channel is constant and correlates with none.
    private const double LeastVariance = 1e-10;

    // On the device of the values, once there are some.
    private Tensor first = zeros(channels, ScalarType.Float64).DetachFromDisposeScope();
    private Tensor second = zeros(channels, ScalarType.Float64).DetachFromDisposeScope();
    private Tensor firstSquares = zeros(channels, ScalarType.Float64).DetachFromDisposeScope();
    private Tensor secondSquares = zeros(channels, ScalarType.Float64).DetachFromDisposeScope();
    private Tensor products = zeros(channels, channels, ScalarType.Float64).DetachFromDisposeScope();
    private readonly Tensor count = zeros(1, ScalarType.Float64).DetachFromDisposeScope();
    private bool isPlaced;

    /// <summary>The part of the group that the channels belong to.</summary>
    public int Part => part;

    /// <summary>Name of the value in the network's graph.</summary>
    public string Name => name;

    /// <summary>What has been collected so far.</summary>
    public IEnumerable<Tensor> Sums => [first, second, firstSquares, secondSquares, products, count];

    /// <summary>Adds a batch.</summary>
    /// <param name="one">The value in A.</param>
    /// <param name="other">The value in B.</param>
    public void Add(Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        if (!isPlaced)
        {
            MoveTo(one.device);
            isPlaced = true;
        }

        var (a, b) = (Rows(one), Rows(other));
        count.add_(a.shape[0]);
        first.add_(a.sum(dim: 0));
        second.add_(b.sum(dim: 0));
        firstSquares.add_(a.square().sum(dim: 0));
        secondSquares.add_(b.square().sum(dim: 0));
        products.add_(a.t().mm(b));
    }

    /// <summary>Pearson's correlations (channels of A, channels of B), in the caller's dispose scope.</summary>
    public Tensor Correlations()
    {
        using var scope = NewDisposeScope();
        var all = count.item<double>();
        var covariance = (products / all) - ((first / all).unsqueeze(1) * (second / all));
        var deviations = Deviation(firstSquares, first).unsqueeze(1) * Deviation(secondSquares, second);
        return where(deviations.gt(0), covariance / deviations, zeros_like(covariance)).cpu().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var sum in Sums)
        {
            sum.Dispose();
        }
    }

    private void MoveTo(Device device)
    {
        (first, second, products) = (On(first), On(second), On(products));
        (firstSquares, secondSquares) = (On(firstSquares), On(secondSquares));

        Tensor On(Tensor sum) => sum.to(device, disposeAfter: true).DetachFromDisposeScope();
    }

    // (images x positions, channels).
    private Tensor Rows(Tensor value) =>
        value
            .movedim([axis], [0])
            .index_select(0, DevicePath.Upload(tensor(indices), value.device))
            .reshape(channels, -1)
            .t()
            .to(ScalarType.Float64);

    private Tensor Deviation(Tensor squares, Tensor sums)
    {
        var all = count.item<double>();
        var square = squares / all;
        var variance = square - (sums / all).square();
        return where(variance.gt(LeastVariance * square), variance, zeros_like(variance)).sqrt();
    }
}
