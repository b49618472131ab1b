using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>One fine-tuning from a checkpoint of P.</summary>
/// <param name="Run">The training of the study that it follows.</param>
/// <param name="Checkpoint">The epoch of P, or <see cref="CheckpointChoice.Last"/>.</param>
/// <param name="Train">Its task.</param>
/// <param name="Evaluate">Its evaluation's task.</param>
internal sealed record SweepTraining(PlannedRun Run, string Checkpoint, TaskSpec Train, TaskSpec Evaluate);

/// <summary>What is measured of a checkpoint of P itself.</summary>
/// <param name="Checkpoint">The epoch of P, or <see cref="CheckpointChoice.Last"/>.</param>
/// <param name="Evaluate">Its evaluation on the source test images; null when P comes from files and there is no source.</param>
/// <param name="Barrier">The barrier to the last checkpoint there; null for the last one.</param>
internal sealed record SweepMeasure(string Checkpoint, TaskSpec? Evaluate, TaskSpec? Barrier);

/// <summary>A checkpoint of P on the source.</summary>
/// <param name="Epoch">Its epoch; the position of its file, counted from 0, when P comes from files.</param>
/// <param name="Score">Score on the source test images, with its 95 % bootstrap interval; null without a source.</param>
/// <param name="Barrier">Barrier to the last checkpoint, in the score, with its 95 % bootstrap interval over images; 0 for the last one.</param>
/// <param name="Noise">How large a barrier may seem, where there is none, by the draw of the test images alone.</param>
/// <param name="Chance">What naming the largest class would be right on, or an AUC of 0.5; 0 without a source.</param>
internal sealed record SweepSource(int Epoch, Estimate? Score, Estimate Barrier, double Noise, double Chance)
{
    /// <summary>By what P is judged on the source.</summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;

    /// <summary>Whether it is beyond chance, by more than its interval; null without a source.</summary>
    public bool? Learned => Score is null ? null : Score.Low > Chance;
}

/// <summary>The fine-tunings on one target.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Run">The run that they follow.</param>
/// <param name="LearningRate">Their learning rate.</param>
/// <param name="Checkpoints">What came of each checkpoint, in order of its epoch.</param>
/// <param name="Trainings">Every training with the epoch that it starts from.</param>
internal sealed record SweepTarget(
    string Target,
    string Run,
    double LearningRate,
    ImmutableArray<OutcomeGroup> Checkpoints,
    ImmutableArray<(int Epoch, int Seed, TrainingOutcome Outcome)> Trainings
)
{
    /// <summary>By what the fine-tunings are judged.</summary>
    public Metric Metric => Checkpoints[0].Metric;

    /// <summary>What their training scores are.</summary>
    public Metric CurveMetric => Checkpoints[0].CurveMetric;

    /// <summary>Index of the earliest checkpoint that is no worse than the last; null when all trainings from the last diverged.</summary>
    public int? Earliest =>
        CheckpointChoice.EarliestNoWorse([.. Checkpoints.Select(checkpoint => checkpoint.Estimate)]);

    /// <summary>Whether every earlier checkpoint ends below the last, beyond both seeds and test images.</summary>
    public bool LastIsBest =>
        Checkpoints[^1].Possible is { } last
        && Checkpoints[..^1].All(checkpoint => checkpoint.Possible is not { } possible || possible.High < last.Low);
}

/// <summary>What stopping a pretraining early saves: its epochs are alike, so epochs and images passed give the same share.</summary>
/// <param name="Epochs">Epochs that are not trained.</param>
/// <param name="OfEpochs">Epochs that the pretraining has.</param>
/// <param name="ImagesAnEpoch">Training images passed in each.</param>
internal sealed record SweepSavings(int Epochs, int OfEpochs, long ImagesAnEpoch)
{
    /// <summary>Share of the pretraining's cost, in [0, 1].</summary>
    public double Share => Epochs / (double)OfEpochs;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["share"] = Share,
            ["epochs"] = Epochs,
            ["of_epochs"] = OfEpochs,
            ["images"] = Epochs * ImagesAnEpoch,
            ["of_images"] = OfEpochs * ImagesAnEpoch,
        };
}

/// <summary>All that the sweep found.</summary>
/// <param name="Source">The checkpoints on the source, in order of their epoch.</param>
/// <param name="Targets">The targets.</param>
/// <param name="ImagesAnEpoch">Training images of an epoch of the pretraining; null when P comes from files.</param>
internal sealed record SweepResult(
    ImmutableArray<SweepSource> Source,
    ImmutableArray<SweepTarget> Targets,
    long? ImagesAnEpoch
)
{
    /// <summary>What starting from the answer instead of the last checkpoint would have saved; null when P comes from files, whose cost is not known, or there is no answer.</summary>
    public SweepSavings? Saved(SweepTarget target) =>
        ImagesAnEpoch is { } images && target.Earliest is { } earliest && Source[^1].Epoch > 0
            ? new(Source[^1].Epoch - Source[earliest].Epoch, Source[^1].Epoch, images)
            : null;

    /// <summary>By what P is judged on the source.</summary>
    public Metric SourceMetric => Source[^1].Metric;

    /// <summary>Whether there was a source to measure the checkpoints on.</summary>
    public bool Measured => Source.All(source => source.Score is not null);

    /// <summary>What a checkpoint's number counts: epochs of the pretraining, or the files of P, from 0.</summary>
    public string Unit => Measured ? "epoch" : "file";

    /// <summary>The last one's number as the end of what is counted, for example <c>of 6</c> epochs, or files <c>of 0 to 2</c>.</summary>
    public string OfAll => Measured ? $"of {Source[^1].Epoch}" : $"of 0 to {Source[^1].Epoch}";

    /// <summary>Index of the earliest checkpoint without a barrier to the last; null when that was not measured, or the last has learned nothing that a barrier could take away.</summary>
    public int? Basin =>
        Source[^1].Learned != true
            ? null
            : CheckpointChoice.EarliestWithoutBarrier([.. Source.Select(source => source.Barrier)]);

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["source"] = new JsonArray([
                .. Source.Select(source => new JsonObject
                {
                    ["epoch"] = source.Epoch,
                    [source.Metric.ScoreKey] = source.Score?.Value,
                    [$"{source.Metric.ScoreKey}_low"] = source.Score?.Low,
                    [$"{source.Metric.ScoreKey}_high"] = source.Score?.High,
                    ["learned"] = source.Learned,
                    [source.Metric.ChanceKey] = source.Score is null ? null : source.Chance,
                    ["barrier_to_last"] = Measured ? source.Barrier.Value : null,
                    ["barrier_to_last_low"] = Measured ? source.Barrier.Low : null,
                    ["barrier_to_last_high"] = Measured ? source.Barrier.High : null,
                    ["noise"] = Measured ? source.Noise : null,
                }),
            ]),
            ["final_basin_epoch"] = Basin is { } basin ? Source[basin].Epoch : null,
            ["targets"] = new JsonArray([
                .. Targets.Select(target => new JsonObject
                {
                    ["target"] = target.Target,
                    ["run"] = target.Run,
                    ["learning_rate"] = target.LearningRate,
                    ["earliest_epoch"] = target.Earliest is { } earliest ? Source[earliest].Epoch : null,
                    ["saved"] = Saved(target)?.ToJson(),
                    ["checkpoints"] = new JsonArray([
                        .. target.Checkpoints.Select(
                            (checkpoint, i) =>
                            {
                                var entry = checkpoint.ToJson();
                                entry.Insert(0, "epoch", Source[i].Epoch);
                                return entry;
                            }
                        ),
                    ]),
                    ["trainings"] = new JsonArray([
                        .. target.Trainings.Select(one =>
                            one.Outcome.WriteInto(new JsonObject { ["epoch"] = one.Epoch, ["seed"] = one.Seed })
                        ),
                    ]),
                }),
            ]),
        };
}
