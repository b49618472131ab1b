using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// The scores image by image behind the numbers to judge modules by: recalibrated where the network has batch
/// normalization, else as the statistics are.
/// </summary>
/// <param name="Trained">The trained network.</param>
/// <param name="Modules">Each module rewound, in the order of the result.</param>
internal sealed record RewindingScores(ImageScore Trained, ImmutableArray<ImageScore> Modules);

/// <summary>The effect of rewinding each module, with the scores of each image.</summary>
/// <param name="Result">The effect.</param>
/// <param name="Judged">The scores behind <see cref="RewoundModule.Judged"/>.</param>
internal sealed record MeasuredRewinding(RewindingResult Result, RewindingScores Judged);

/// <summary>Measures the effect of rewinding each module.</summary>
internal static class RewindingSweep
{
    private sealed record Tallies(SweepTally Trained, ImmutableArray<SweepTally> Modules);

    /// <summary>Measures the effect; the parameters are those of <c>CriticalityMeasurement.Rewinding</c>.</summary>
    /// <param name="network">The network to compute with.</param>
    /// <param name="initial">The weights before training.</param>
    /// <param name="final">The weights after training.</param>
    /// <param name="images">The images on which score and loss are measured.</param>
    /// <param name="settings">How the network is evaluated.</param>
    /// <param name="examples">Maximum number of images; null for all.</param>
    /// <param name="recalibration">
    /// What running statistics are recomputed on; null for none. It has no effect without batch normalization.
    /// </param>
    /// <param name="progress">Receives progress; may be null.</param>
    /// <param name="cancellationToken">Cancels between forward passes.</param>
    public static MeasuredRewinding Measure(
        Network network,
        StateDict initial,
        StateDict final,
        ImageSet images,
        EvaluationSettings settings,
        int? examples,
        RecalibrationSource? recalibration,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var source = Recalibration.Applies(network) ? recalibration : null;
        var pair = ModulePair.Create(network, initial, final);
        using var sweep = new ModuleSweep(network, final);
        // Recalibrating and evaluating a network for each module costs more than the shared pass over all of them.
        var rawShare = source is null ? 1 : 0.2;
        var raw = Raw();
        var recalibrated = source is null ? null : Recalibrated(source);
        var judged = recalibrated ?? raw;
        return new(
            new(
                raw.Trained.Performance,
                [
                    .. pair.Modules.Select(
                        (module, i) =>
                            Rewound(
                                module.Name,
                                pair.Distance(module),
                                Lost(raw, i),
                                recalibrated is null ? null : Lost(recalibrated, i)
                            )
                    ),
                ],
                pair.HeadLeftOut,
                raw.Trained.Examples
            )
            {
                TrainedRecalibrated = recalibrated?.Trained.Performance,
            },
            new(judged.Trained.Score, [.. judged.Modules.Select(tally => tally.Score)])
        );

        Tallies Raw()
        {
            var (trained, variants) = sweep.Run(
                [.. pair.Modules.Select(module => new ModuleVariants(module, 1, () => _ => Rewind(module)))],
                images,
                examples,
                settings.Section("raw"),
                progress is null ? null : new PartialProgress(progress, 0, rawShare),
                cancellationToken
            );
            return new(trained, [.. variants.Select(tallies => tallies[0])]);
        }

        // The trained network is recalibrated too, so that nothing but the module differs.
        Tallies Recalibrated(RecalibrationSource on)
        {
            var tallies = new List<SweepTally>();
            foreach (var module in pair.Modules.Prepend(null))
            {
                var own = settings.Section($"recalibrated {tallies.Count}");
                tallies.Add(
                    sweep
                        .Run([], images, examples, own, null, cancellationToken, () => Prepare(on, module, own))
                        .Trained
                );
                var (done, all) = (tallies.Count, pair.Modules.Length + 1);
                var share = rawShare + ((1 - rawShare) * done / all);
                progress?.Report(new(share, $"recalibrated, {done} of {all} networks"));
            }

            return new(tallies[0], [.. tallies.Skip(1)]);
        }

        void Prepare(RecalibrationSource on, NetworkModule? module, EvaluationSettings own)
        {
            sweep.Restore();
            if (module is not null)
            {
                Rewind(module);
            }

            on.Recalibrate(network, own, cancellationToken);
        }

        void Rewind(NetworkModule module) => sweep.Write(module, (name, tensor) => tensor.copy_(initial[name]));
    }

    private static RewoundModule Rewound(string name, double distance, RewoundScore raw, RewoundScore? recalibrated) =>
        new(name, raw.Score, raw.Loss, raw.ScoreLost, raw.ScoreLostLow, raw.ScoreLostHigh, distance)
        {
            Recalibrated = recalibrated,
        };

    private static RewoundScore Lost(Tallies tallies, int module)
    {
        var rewound = tallies.Modules[module];
        var lost = ImageScore.Difference([tallies.Trained.Score], [rewound.Score]);
        var (low, high) = Bootstrap.Interval(lost);
        return new(rewound.Performance.Score, rewound.Performance.Loss, lost.Value, low, high);
    }
}
