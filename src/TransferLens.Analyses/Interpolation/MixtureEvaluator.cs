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
/// <param name="settings">
/// How the network is evaluated. In a task each point has a section of the partial results.
/// </param>
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
        new(
            network,
            models,
            recalibrateOn!,
            settings.Section("repair"),
            (recalibrationImages, recalibrationBatch),
            cancellationToken
        )
    );
    private int points;

    /// <summary>Measures performance at one combination.</summary>
    /// <param name="weights">One for each model; their sum is 1.</param>
    public EvaluationResult Evaluate(IReadOnlyList<double> weights) =>
        Evaluate(weights, 0, 0, settings.Section(Next()));

    /// <summary>The same; the network has the combination's weights and statistics afterwards.</summary>
    /// <param name="weights">One for each model; their sum is 1.</param>
    public EvaluationResult EvaluateWritten(IReadOnlyList<double> weights)
    {
        var own = settings.Section(Next());
        Write(weights, 0, 0, own, out var repaired);
        using (repaired)
        {
            return Evaluator.Evaluate(repaired ?? network, images, own, null, cancellationToken);
        }
    }

    /// <summary>The same for score and loss alone, which take little space among partial results.</summary>
    /// <param name="weights">One for each model; their sum is 1.</param>
    /// <param name="noise">Standard deviation of the Gaussian noise on each parameter; 0 for none.</param>
    /// <param name="noiseSeed">Seed of the noise.</param>
    public (double Score, double Loss) Measure(IReadOnlyList<double> weights, double noise = 0, uint noiseSeed = 0) =>
        settings.PartialResults.Compute(Next(), parts =>
        {
            var measured = Evaluate(weights, noise, noiseSeed, settings with { PartialResults = parts });
            return (measured.Score, measured.Loss);
        });

    private string Next() => $"point {points++}";

    private EvaluationResult Evaluate(
        IReadOnlyList<double> weights,
        double noise,
        uint noiseSeed,
        EvaluationSettings own
    )
    {
        Network? repaired = null;
        try
        {
            return Evaluator.Evaluate(Prepare, images, own, null, cancellationToken);
        }
        finally
        {
            repaired?.Dispose();
        }

        Network Prepare()
        {
            Write(weights, noise, noiseSeed, own, out repaired);
            return repaired ?? network;
        }
    }

    private void Write(
        IReadOnlyList<double> weights,
        double noise,
        uint noiseSeed,
        EvaluationSettings own,
        out Network? repaired
    )
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
            Recalibration.Run(network, recalibrateOn, own, recalibrationImages, recalibrationBatch, cancellationToken);
        }

        repaired = repairing?.Apply(weights, own.PartialResults);
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
