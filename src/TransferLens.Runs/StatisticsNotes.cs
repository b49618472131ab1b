using System.Globalization;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models;

namespace TransferLens.Runs;

/// <summary>
/// Whether the running statistics of batch normalization follow a short training. The momentum of a network from an ONNX
/// file is what its framework wrote; PyTorch's 0.1 forgets the statistics from before training in 30 steps.
/// </summary>
internal static class StatisticsNotes
{
    // As much of the statistics from before training is no concern.
    private const double MostLeft = 0.05;

    /// <summary>For each run of a network from a file, how much is left where it is too much, a sentence each.</summary>
    /// <param name="study">The study.</param>
    /// <param name="plan">Its plan, which knows the numbers of images.</param>
    /// <param name="catalog">Contains the network.</param>
    public static IEnumerable<string> Of(Study study, Plan plan, Catalog catalog)
    {
        if (
            study.NetworkFile is not { } file
            || study.Runs.All(run => run.Value.Training.BatchNormMomentum is not null)
            || catalog.Network(study.GroupedNetwork) is not NetworkArchitecture architecture
        )
        {
            yield break;
        }

        using var network = architecture.Create(classes: 2, seed: 0);
        var momentum = RecalibrationMode.Layers(network).Min(layer => layer.Momentum);
        var images = plan.Targets.Min(target => target.TrainImages);
        foreach (var (name, run) in momentum is null ? [] : study.Runs)
        {
            var training = run.Training;
            var steps = training.Epochs * Math.Ceiling(images / (double)training.BatchSize);
            var left = Math.Pow(1 - momentum!.Value, steps);
            if (training.BatchNormMomentum is null && training.TrainsAll && training.Epochs > 0 && left > MostLeft)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Warning: after the {steps:N0} steps of {name}, {100 * left:0} % of the running statistics of batch normalization are still those from before training, because their momentum in '{Path.GetFileName(file)}' is {momentum:0.####}. Test scores may be too low. Write batch_norm_momentum: 0.1 under training, or train longer."
                );
            }
        }
    }
}
