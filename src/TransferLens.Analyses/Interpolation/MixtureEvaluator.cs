using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Interpolation;

/// <summary>Evaluates a network at affine combinations of solutions; its own weights are put back when this is disposed.</summary>
/// <param name="network">A network of the solutions' kind, to compute with.</param>
/// <param name="solutions">The solutions.</param>
/// <param name="images">What performance is measured on.</param>
/// <param name="settings">How.</param>
/// <param name="recalibrateOn">Images to recompute batch normalization's statistics from at each point; null to combine statistics like weights.</param>
/// <param name="recalibrationImages">At most so many of them; null for all.</param>
/// <param name="recalibrationBatch">Images of a batch of the recalibration, at most.</param>
/// <param name="cancellationToken">Asks to stop.</param>
internal sealed class MixtureEvaluator(
    Network network,
    IReadOnlyList<StateDict> solutions,
    ImageSet images,
    EvaluationSettings settings,
    ImageSet? recalibrateOn,
    int? recalibrationImages,
    int recalibrationBatch,
    CancellationToken cancellationToken
) : IDisposable
{
    private readonly StateDict own = StateDict.Of(network);

    /// <summary>Performance at one combination, its parameters disturbed where asked.</summary>
    /// <param name="weights">One for each solution; their sum is 1.</param>
    /// <param name="noise">Standard deviation of the Gaussian noise on each parameter; 0 for none.</param>
    /// <param name="noiseSeed">Seed of the noise.</param>
    public EvaluationResult At(IReadOnlyList<double> weights, double noise = 0, uint noiseSeed = 0)
    {
        LinearInterpolation.Write(network, solutions, weights);
        if (noise > 0)
        {
            Disturb(noise, noiseSeed);
        }

        if (recalibrateOn is not null)
        {
            Recalibration.Run(
                network,
                recalibrateOn,
                settings,
                recalibrationImages,
                recalibrationBatch,
                cancellationToken
            );
        }

        return Evaluator.Evaluate(network, images, settings, null, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        own.CopyTo(network);
        own.Dispose();
    }

    private void Disturb(double noise, uint seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var generator = new Generator(seed);
        foreach (var parameter in network.parameters())
        {
            parameter.add_(randn(parameter.shape, generator: generator).to(parameter.device), alpha: noise);
        }
    }
}
