using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// Evaluates a network at affine combinations of models. Disposing it restores the network's weights.
/// </summary>
/// <param name="network">A network of the models' kind to compute with.</param>
/// <param name="models">The models.</param>
/// <param name="images">The images that performance is measured on.</param>
/// <param name="settings">How the network is evaluated.</param>
/// <param name="recalibrateOn">
/// Images to recompute batch normalization's statistics from at each point, or without batch normalization to repair
/// activations with (<see cref="ActivationRepair"/>); null to combine statistics like weights.
/// </param>
/// <param name="recalibrationImages">The most of them to use; null for all.</param>
/// <param name="recalibrationBatch">The most images in a batch of the recalibration.</param>
/// <param name="cancellationToken">Cancels an evaluation between batches.</param>
internal sealed class MixtureEvaluator(
    Network network,
    IReadOnlyList<StateDict> models,
    ImageSet images,
    EvaluationSettings settings,
    ImageSet? recalibrateOn,
    int? recalibrationImages,
    int recalibrationBatch,
    CancellationToken cancellationToken
) : IDisposable
{
    private readonly StateDict original = StateDict.Of(network);
    private readonly Lazy<ActivationRepair> repair = new(() =>
        new(network, models, recalibrateOn!, settings, (recalibrationImages, recalibrationBatch), cancellationToken)
    );

    /// <summary>Measures performance at one combination.</summary>
    /// <param name="weights">One for each model; their sum is 1.</param>
    /// <param name="noise">Standard deviation of the Gaussian noise on each parameter; 0 for none.</param>
    /// <param name="noiseSeed">Seed of the noise.</param>
    public EvaluationResult Evaluate(IReadOnlyList<double> weights, double noise = 0, uint noiseSeed = 0)
    {
        // It measures the models with the network, so it comes before the weights.
        var repairing = Repairs(weights) ? repair.Value : null;
        LinearInterpolation.Write(network, models, weights);
        if (noise > 0)
        {
            AddNoise(noise, noiseSeed);
        }

        if (recalibrateOn is not null && Recalibration.Applies(network))
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

        using var repaired = repairing?.Apply(weights);
        return Evaluator.Evaluate(repaired ?? network, images, settings, null, cancellationToken);
    }

    // A model itself needs no repair.
    private bool Repairs(IReadOnlyList<double> weights) =>
        recalibrateOn is not null && weights.Count(weight => weight != 0) > 1 && !Recalibration.Applies(network);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (repair.IsValueCreated)
        {
            repair.Value.Dispose();
        }

        original.CopyTo(network);
        original.Dispose();
    }

    private void AddNoise(double standardDeviation, uint seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var generator = new Generator(seed);
        foreach (var parameter in network.parameters())
        {
            var noise = randn(parameter.shape, generator: generator).to(parameter.device);
            parameter.add_(noise, alpha: standardDeviation);
        }
    }
}
