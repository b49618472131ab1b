using static TorchSharp.torch;

namespace TransferLens.Analyses.Interpolation;

/// <summary>Mean and standard deviation of the channels of a layer's output, over images and positions.</summary>
/// <param name="Mean">The means (channels), in float64.</param>
/// <param name="Deviation">The standard deviations (channels), in float64, above 0.</param>
internal sealed record LayerMoments(Tensor Mean, Tensor Deviation) : IDisposable
{
    // As in batch normalization: a channel that is constant has no deviation to divide by.
    private const double Epsilon = 1e-5;

    /// <summary>The moments that the same layer should have in a combination of models.</summary>
    /// <param name="models">Its moments in each model.</param>
    /// <param name="weights">The weight of each model; their sum is 1.</param>
    /// <returns>New tensors in the caller's dispose scope.</returns>
    public static LayerMoments Combine(IReadOnlyList<LayerMoments> models, IReadOnlyList<double> weights)
    {
        using var scope = NewDisposeScope();
        var mean = Sum(model => model.Mean);
        // Beyond the ends of a line a combination may be negative.
        var deviation = Sum(model => model.Deviation).clamp_min(Math.Sqrt(Epsilon));
        return new(mean.MoveToOuterDisposeScope(), deviation.MoveToOuterDisposeScope());

        Tensor Sum(Func<LayerMoments, Tensor> part) =>
            models.Zip(weights, (model, weight) => part(model) * weight).Aggregate((a, b) => a + b);
    }

    /// <summary>Keeps the tensors beyond the caller's dispose scope.</summary>
    public LayerMoments Kept() => new(Mean.DetachFromDisposeScope(), Deviation.DetachFromDisposeScope());

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        Deviation.Dispose();
    }

    /// <summary>Collects the moments of one layer batch by batch.</summary>
    /// <param name="layer">The layer.</param>
    internal sealed class Collector(RepairedLayer layer) : IDisposable
    {
        // On the device of the outputs, once there are some.
        private Tensor sums = zeros(layer.Channels, ScalarType.Float64).DetachFromDisposeScope();
        private Tensor squares = zeros(layer.Channels, ScalarType.Float64).DetachFromDisposeScope();
        private readonly Tensor count = zeros(1, ScalarType.Float64).DetachFromDisposeScope();
        private bool isPlaced;

        /// <summary>What has been collected so far.</summary>
        public IEnumerable<Tensor> Sums => [sums, squares, count];

        /// <summary>Adds a batch.</summary>
        /// <param name="output">The layer's output; it gets the wanted moments in place.</param>
        /// <param name="wanted">The moments to give to the batch; null to leave it as it is.</param>
        public void Add(Tensor output, LayerMoments? wanted)
        {
            using var scope = NewDisposeScope();
            var (values, others) = (output.to(ScalarType.Float64), layer.OtherAxes(output));
            var (mean, positions) = (values.mean(others), output.numel() / layer.Channels);
            var variance = values.square().mean(others) - mean.square();
            if (!isPlaced)
            {
                sums = sums.to(output.device, disposeAfter: true).DetachFromDisposeScope();
                squares = squares.to(output.device, disposeAfter: true).DetachFromDisposeScope();
                isPlaced = true;
            }

            count.add_(positions);
            sums.add_(mean, alpha: positions);
            squares.add_(variance + mean.square(), alpha: positions);
            if (wanted is not null)
            {
                var scale = wanted.Deviation.to(output.device) / Deviation(variance);
                var shift = wanted.Mean.to(output.device) - (mean * scale);
                output.mul_(layer.Broadcast(scale)).add_(layer.Broadcast(shift));
            }
        }

        /// <summary>The moments of all batches, in the caller's dispose scope.</summary>
        public LayerMoments Moments()
        {
            using var scope = NewDisposeScope();
            var all = count.item<double>();
            var mean = sums / all;
            var deviation = Deviation((squares / all) - mean.square());
            // After a kill these may still be on the CPU, and those of another model on the GPU.
            return new(mean.cpu().MoveToOuterDisposeScope(), deviation.cpu().MoveToOuterDisposeScope());
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            sums.Dispose();
            squares.Dispose();
            count.Dispose();
        }

        private static Tensor Deviation(Tensor variance) => (variance.clamp_min(0) + Epsilon).sqrt();
    }
}
