using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// Module criticality: how much a trained network depends on one module's change from its initial value.
/// <para>
/// Rewinding: a module (all parameters and buffers of the block) is reset to its initial value, all others stay
/// trained; the loss in score is its criticality in the sense of Zhang, Bengio, Singer 2019.
/// </para>
/// <para>
/// Direct path: theta_i(alpha) = (1 - alpha) initial + alpha final, plus Gaussian noise of standard deviation sigma on
/// the module's parameters; a map of the training error over alpha and sigma. Optimization path: the same map over the
/// module's checkpoints.
/// </para>
/// <para>
/// Score: mu_i = min over alpha in [0, 1] and sigma > 0 of alpha^2 |final - initial|^2 / sigma^2, subject to a mean
/// training error of at most eps: the share of misclassified images, or 1 - mean AUC on multi-label images. Range: at
/// least 0 (the module can be rewound and disturbed); the network's score is the sum over modules.
/// </para>
/// Source: Chatterji, Neyshabur, Sedghi 2020; Neyshabur, Sedghi, Zhang 2020, section 3.5, Figures 5 and 6.
/// </summary>
/// <remarks>
/// Batch normalization's running statistics belong to their module: they are rewound with it, and interpolated with it
/// on a path; noise is put on parameters only. Later modules then keep statistics of activations that they no longer
/// receive, which alone can cost most of the score. Recalibrated rewinding recomputes all statistics on training
/// images, for the trained network too. Paths are not recalibrated. mu depends on the grids: a coarser grid gives a
/// larger mu, and neighbouring sigmas a factor r apart resolve it to a factor r^2.
/// </remarks>
public static class CriticalityMeasurement
{
    /// <summary>
    /// Measures the loss of rewinding each module. The activation before a module is computed once per batch, also
    /// where statistics are recomputed.
    /// </summary>
    /// <param name="network">A network of the same architecture; its weights and mode are restored afterwards.</param>
    /// <param name="initial">The weights before training; a head of a different shape is skipped.</param>
    /// <param name="final">The weights after training; names and shapes must match the network.</param>
    /// <param name="images">The images on which score and loss are measured; their labels decide the metric.</param>
    /// <param name="settings">
    /// Normalization, batch size and precision; the loss is always the one that fits the labels.
    /// </param>
    /// <param name="examples">Maximum number of images, spread evenly over the set; null for all.</param>
    /// <param name="recalibrateOn">
    /// Training images for recomputing the running statistics of batch normalization, for the trained network and for
    /// each rewound one; null for the statistics as they are only. It has no effect without batch normalization.
    /// </param>
    /// <param name="recalibrationImages">Maximum number of them; null for all.</param>
    /// <param name="recalibrationBatch">Maximum number of images in a batch of the recalibration.</param>
    /// <param name="progress">Receives progress; may be null.</param>
    /// <param name="cancellationToken">Cancels between forward passes.</param>
    /// <exception cref="InputException">
    /// A tensor is missing, unknown or of another shape (the message names it), a label is not among the network's
    /// classes, or there are fewer than two images to recalibrate on.
    /// </exception>
    public static RewindingResult Rewinding(
        Network network,
        StateDict initial,
        StateDict final,
        ImageSet images,
        EvaluationSettings settings,
        int? examples = null,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        int recalibrationBatch = Recalibration.DefaultBatch,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        return RewindingSweep
            .Measure(
                network,
                initial,
                final,
                images,
                settings,
                examples,
                recalibrateOn is null ? null : new(recalibrateOn, recalibrationImages, recalibrationBatch),
                progress,
                cancellationToken
            )
            .Result;
    }

    /// <summary>Resets one module of a network to its initial value in place, including buffers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="module">One of its modules.</param>
    /// <param name="initial">The weights before training.</param>
    /// <exception cref="InputException">
    /// A tensor of the module is missing or has another shape; the message names it.
    /// </exception>
    public static void Rewind(Network network, NetworkModule module, StateDict initial)
    {
        ModulePair.Check(network, initial, name => module.Owns(name));
        ModuleSweep.WriteInto(network, module, (name, tensor) => tensor.copy_(initial[name]));
    }

    /// <summary>Measures the map of the training error over alpha and sigma, and mu, for every module.</summary>
    /// <param name="network">A network of the same architecture; its weights and mode are restored afterwards.</param>
    /// <param name="initial">The weights before training (alpha 0); a head of a different shape is skipped.</param>
    /// <param name="final">The weights after training (alpha 1).</param>
    /// <param name="alphas">Positions on the straight line, each in [0, 1].</param>
    /// <param name="images">Training images.</param>
    /// <param name="settings">Normalization, batch size, precision.</param>
    /// <param name="path">Noise levels, draws, number of images, eps.</param>
    /// <param name="noise">Directions of the noise; null for standard normal directions from the path's seed.</param>
    /// <param name="progress">Receives progress; may be null.</param>
    /// <param name="cancellationToken">Cancels between forward passes.</param>
    /// <exception cref="InputException">The weights do not fit, or a setting is out of range.</exception>
    public static PathResult DirectPath(
        Network network,
        StateDict initial,
        StateDict final,
        IReadOnlyList<double> alphas,
        ImageSet images,
        EvaluationSettings settings,
        PathSettings path,
        NoiseDirection? noise = null,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        PathSettings.CheckAlphas(alphas);
        return PathMap.Measure(
            CriticalitySettings.Direct,
            network,
            new DirectPath(initial, final, [.. alphas]),
            initial,
            final,
            images,
            settings with
            {
                Metric = null,
            },
            path,
            noise,
            progress,
            cancellationToken
        );
    }

    /// <summary>
    /// Measures the map of the training error over a run's checkpoints and sigma, and mu along them, for every module.
    /// </summary>
    /// <remarks>
    /// In mu, the distance of the module's checkpoint from its initial value replaces alpha |final - initial|.
    /// </remarks>
    /// <param name="network">A network of the same architecture; its weights and mode are restored afterwards.</param>
    /// <param name="initial">The weights before training; a head of a different shape is skipped.</param>
    /// <param name="final">The weights after training, which all other modules have.</param>
    /// <param name="checkpoints">
    /// The module's values, in order; include the initial and final weights to measure them too.
    /// </param>
    /// <param name="images">Training images.</param>
    /// <param name="settings">Normalization, batch size, precision.</param>
    /// <param name="path">Noise levels, draws, number of images, eps.</param>
    /// <param name="noise">Directions of the noise; null for standard normal directions from the path's seed.</param>
    /// <param name="progress">Receives progress; may be null.</param>
    /// <param name="cancellationToken">Cancels between forward passes.</param>
    /// <exception cref="InputException">The weights do not fit, or a setting is out of range.</exception>
    public static PathResult OptimizationPath(
        Network network,
        StateDict initial,
        StateDict final,
        IReadOnlyList<PathCheckpoint> checkpoints,
        ImageSet images,
        EvaluationSettings settings,
        PathSettings path,
        NoiseDirection? noise = null,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        if (checkpoints.Count == 0)
        {
            throw new InputException("An optimization path needs at least one checkpoint.");
        }

        var pair = ModulePair.Create(network, initial, final);
        foreach (var checkpoint in checkpoints)
        {
            ModulePair.Check(network, checkpoint.Weights, name => pair.Modules.Any(module => module.Owns(name)));
        }

        return PathMap.Measure(
            CriticalitySettings.Optimization,
            network,
            new OptimizationPath(initial, [.. checkpoints]),
            initial,
            final,
            images,
            settings with
            {
                Metric = null,
            },
            path,
            noise,
            progress,
            cancellationToken
        );
    }
}
