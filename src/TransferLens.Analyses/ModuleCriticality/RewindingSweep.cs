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
        // Recalibrating and evaluating recalibrated networks cost about as much each.
        var rawShare = source is null ? 1 : 1 / 3.0;
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
            var own = settings.Section("recalibrated");
            RewoundStatistics? statistics = null;
            try
            {
                var (trained, variants) = sweep.Run(
                    [.. pair.Modules.Select(Variant)],
                    images,
                    examples,
                    own,
                    progress is null ? null : new PartialProgress(progress, 2 * rawShare, 1 - (2 * rawShare)),
                    cancellationToken,
                    Prepare
                );
                return new(trained, [.. variants.Select(tallies => tallies[0])]);
            }
            finally
            {
                statistics?.Dispose();
            }

            void Prepare()
            {
                sweep.Restore();
                statistics = RewoundStatistics.Compute(
                    network,
                    pair.Modules,
                    Rewind,
                    sweep.Restore,
                    on,
                    own,
                    share => progress?.Report(new(rawShare * (1 + share), "recalibrating")),
                    cancellationToken
                );
                statistics.WriteTrained();
            }

            // Modules before it are those of the trained network, and so are their statistics.
            ModuleVariants Variant(NetworkModule module) =>
                new(module, 1, () => _ => Write(module))
                {
                    Close = () => statistics!.WriteTrained(network.Modules.IndexOf(module)),
                };

            void Write(NetworkModule module)
            {
                Rewind(module);
                statistics!.WriteRewound(module);
            }
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
