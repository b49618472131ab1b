using System.Globalization;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models;

namespace TransferLens.Runs;

/// <summary>
/// Whether the running statistics of batch normalization follow a short training. The momentum of a network from an
/// ONNX file is what its framework wrote; PyTorch's 0.1 forgets the statistics from before training in 30 steps.
/// </summary>
internal static class StatisticsNotes
{
    // So much of the statistics from before training does not matter.
    private const double MostLeft = 0.05;

    /// <summary>
    /// For each run of a network from a file, how much is left where it is too much, a sentence each.
    /// </summary>
    /// <param name="study">The study.</param>
    /// <param name="plan">Its plan, which knows the numbers of images.</param>
    /// <param name="catalog">Contains the network.</param>
    public static IEnumerable<string> Of(Study study, Plan plan, Catalog catalog)
    {
        var runs = study.Runs.Where(run =>
            run.Value.Training is { BatchNormMomentum: null, Epochs: > 0, TrainsAll: true }
        );
        if (
            study.NetworkFile is not { } file
            || !runs.Any()
            || catalog.Network(study.GroupedNetwork) is not NetworkArchitecture architecture
            || MomentumOf(architecture) is not { } momentum
        )
        {
            yield break;
        }

        var images = plan.Targets.Min(target => target.TrainImages);
        foreach (var (name, run) in runs)
        {
            var steps = run.Training.Epochs * Math.Ceiling(images / (double)run.Training.BatchSize);
            var left = Math.Pow(1 - momentum, steps);
            if (left > MostLeft)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Warning: after the {steps:N0} steps of {name}, {100 * left:0} % of the running statistics of "
                        + $"batch normalization are still those from before training, because their momentum in "
                        + $"'{Path.GetFileName(file)}' is {momentum:0.####}. Test scores may be too low. Write "
                        + $"batch_norm_momentum: 0.1 under training, or train longer."
                );
            }
        }
    }

    // The smallest of all layers; null without batch normalization.
    private static double? MomentumOf(NetworkArchitecture architecture)
    {
        using var network = architecture.Create(classes: 2, seed: 0);
        return RecalibrationMode.Layers(network).Min(layer => layer.Momentum);
    }
}
