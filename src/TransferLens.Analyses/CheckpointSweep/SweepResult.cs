using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>A checkpoint of P on the source.</summary>
/// <param name="Epoch">Its epoch; the position of its file, counted from 0, when P comes from files.</param>
/// <param name="Score">
/// Score on the source test images, with its 95 % bootstrap interval; null without a source.
/// </param>
/// <param name="Barrier">
/// Barrier in the score to the last checkpoint, with its 95 % interval over images; 0 for the last one.
/// </param>
/// <param name="Noise">
/// How large a barrier can appear, where there is none, by the draw of the test images alone.
/// </param>
/// <param name="Chance">Score of a model that learned nothing; 0 without a source.</param>
internal sealed record SweepSource(int Epoch, Estimate? Score, Estimate Barrier, double Noise, double Chance)
{
    /// <summary>The metric that P is judged by on the source.</summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;

    /// <summary>Whether it is beyond chance, by more than its interval; null without a source.</summary>
    public bool? Learned => Score is null ? null : Score.Low > Chance;

    /// <summary>The entry in <c>results.json</c>.</summary>
    public JsonObject ToJson()
    {
        var measured = Score is not null;
        return new()
        {
            ["epoch"] = Epoch,
            [Metric.JsonKey] = Score?.Value,
            ["low"] = Score?.Low,
            ["high"] = Score?.High,
            ["learned"] = Learned,
            [Metric.ChanceKey] = measured ? Chance : null,
            ["barrierToLast"] = measured ? Barrier.Value : null,
            ["barrierToLastLow"] = measured ? Barrier.Low : null,
            ["barrierToLastHigh"] = measured ? Barrier.High : null,
            ["noise"] = measured ? Noise : null,
        };
    }
}

/// <summary>A fine-tuning run of the sweep.</summary>
/// <param name="Epoch">The epoch, or the file, of P that it starts from.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Outcome">Its outcome.</param>
internal sealed record SweepOutcome(int Epoch, int Seed, TrainingOutcome Outcome)
{
    /// <summary>Its score on the validation images; null for a target without.</summary>
    public ScoreSample? Validation { get; init; }
}

/// <summary>
/// The instability of fine-tuning from a checkpoint to the order of the data: the barrier between the ends of two runs
/// from the same weights, head included, that differ in data order, augmentation and dropout. Source: Frankle,
/// Dziugaite, Roy, Carbin 2020, section 2.
/// </summary>
/// <param name="Epoch">The epoch, or the file, of P that both start from.</param>
/// <param name="Barrier">The barrier in the score, with its 95 % interval over test images.</param>
/// <param name="Diverged">Whether one of them diverged.</param>
/// <param name="Learned">Whether the first is beyond chance; otherwise there is nothing that a barrier could lose.
/// </param>
internal sealed record SweepInstability(int Epoch, Estimate Barrier, bool Diverged, bool Learned)
{
    /// <summary>Whether it says anything.</summary>
    public bool Counts => Learned && !Diverged;
}

/// <summary>The fine-tuning runs on one target.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Run">The run that is repeated from each checkpoint.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Margin">What counts as no worse, in the unit of the score.</param>
/// <param name="Checkpoints">The outcomes from each checkpoint, in order of its epoch.</param>
/// <param name="Runs">Every fine-tuning run.</param>
internal sealed record SweepTarget(
    string Target,
    string Run,
    double LearningRate,
    double Margin,
    ImmutableArray<OutcomeGroup> Checkpoints,
    ImmutableArray<SweepOutcome> Runs
)
{
    /// <summary>The instability from each checkpoint, in order of its epoch; empty when it was not measured.</summary>
    public ImmutableArray<SweepInstability> Instabilities { get; init; } = [];

    /// <summary>
    /// Index of the earliest checkpoint from which on every instability is shown to be within the margin; null for
    /// none.
    /// </summary>
    public int? StableFrom
    {
        get
        {
            var unstable = Enumerable
                .Range(0, Instabilities.Length)
                .LastOrDefault(i => !IsStable(Instabilities[i]), -1);
            return unstable < Instabilities.Length - 1 ? unstable + 1 : null;
        }
    }

    private bool IsStable(SweepInstability one) => one.Counts && BasinTest.IsWithin(one.Barrier, Margin);

    /// <summary>The metric that the runs are judged by.</summary>
    public Metric Metric => Checkpoints[0].Metric;

    /// <summary>The metric of their training scores.</summary>
    public Metric CurveMetric => Checkpoints[0].CurveMetric;

    /// <summary>Which checkpoint is enough; null when all runs from the last diverged.</summary>
    public CheckpointAnswer? Answer { get; } =
        CheckpointChoice.Choose(
            [.. Checkpoints.Select(checkpoint => checkpoint.Samples.ToImmutableArray())],
            Margin,
            Runs.Any(run => run.Validation is null)
                ? null
                :
                [
                    .. Runs.GroupBy(run => run.Epoch)
                        .Select(runs =>
                            runs.Where(run => !run.Outcome.Diverged).Select(run => run.Validation!).ToImmutableArray()
                        ),
                ]
        );
}

/// <summary>
/// What a shorter pretraining saves. Its epochs are alike, so epochs and training images give the same share.
/// </summary>
/// <param name="Epochs">Epochs that are not trained.</param>
/// <param name="OfEpochs">Epochs that the pretraining has.</param>
/// <param name="ImagesPerEpoch">Training images in each.</param>
internal sealed record SweepSavings(int Epochs, int OfEpochs, [property: JsonIgnore] long ImagesPerEpoch)
{
    /// <summary>Share of the pretraining's cost, in [0, 1].</summary>
    [JsonPropertyOrder(-1)]
    public double Share => Epochs / (double)OfEpochs;

    /// <summary>Training images that are not used, counted once per epoch.</summary>
    public long Images => Epochs * ImagesPerEpoch;

    /// <summary>Training images that the pretraining uses, counted once per epoch.</summary>
    public long OfImages => OfEpochs * ImagesPerEpoch;
}

/// <summary>The result of a sweep.</summary>
/// <param name="Margin">What counts as no worse, and as no barrier, in the unit of the score.</param>
/// <param name="Source">The checkpoints on the source, in order of their epoch.</param>
/// <param name="Targets">The targets.</param>
/// <param name="ImagesPerEpoch">Training images in an epoch of the pretraining; null when P comes from files.</param>
internal sealed record SweepResult(
    double Margin,
    ImmutableArray<SweepSource> Source,
    ImmutableArray<SweepTarget> Targets,
    long? ImagesPerEpoch
)
{
    /// <summary>
    /// What starting from the answer instead of the last checkpoint would have saved; null without an answer, or when P
    /// comes from files, whose cost is not known.
    /// </summary>
    public SweepSavings? Saved(SweepTarget target) =>
        ImagesPerEpoch is { } images && target.Answer is { } answer && Source[^1].Epoch > 0
            ? new(Source[^1].Epoch - Source[answer.Earliest].Epoch, Source[^1].Epoch, images)
            : null;

    /// <summary>The metric that P is judged by on the source.</summary>
    public Metric SourceMetric => Source[^1].Metric;

    /// <summary>Whether the checkpoints were measured on a source.</summary>
    public bool Measured => Source.All(source => source.Score is not null);

    /// <summary>
    /// Index of the earliest checkpoint from which on no barrier to the last is beyond the margin; null when that was
    /// not measured, or when the last one has learned nothing that a barrier could take away.
    /// </summary>
    public int? Basin =>
        Source[^1].Learned != true
            ? null
            : CheckpointChoice.EarliestWithoutBarrier([.. Source.Select(source => source.Barrier)], Margin);

    /// <summary>The entry in <c>results.json</c>.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["margin"] = Margin,
            ["source"] = new JsonArray([.. Source.Select(source => source.ToJson())]),
            ["finalBasinEpoch"] = Basin is { } basin ? Source[basin].Epoch : null,
            ["targets"] = new JsonArray([.. Targets.Select(ToJson)]),
        };

    // Test and training scores may have different metrics, so each outcome writes its own names.
    private JsonObject ToJson(SweepTarget target)
    {
        var entry = new JsonObject
        {
            ["target"] = target.Target,
            ["run"] = target.Run,
            ["learningRate"] = target.LearningRate,
            ["earliestEpoch"] = target.Answer is { } answer ? Source[answer.Earliest].Epoch : null,
            ["chosenOnTestImages"] = target.Answer?.Validation is null,
            ["smallestMargin"] = target.Answer?.SmallestMargin,
            ["saved"] = JsonSerializer.SerializeToNode(Saved(target), ResultJson.Options),
            ["checkpoints"] = new JsonArray([.. Enumerable.Range(0, Source.Length).Select(i => Entry(target, i))]),
            ["runs"] = new JsonArray([
                .. target.Runs.Select(run =>
                    WithValidation(
                        run,
                        run.Outcome.WriteInto(new JsonObject { ["epoch"] = run.Epoch, ["seed"] = run.Seed })
                    )
                ),
            ]),
        };
        if (!target.Instabilities.IsEmpty)
        {
            entry["stableFromEpoch"] = target.StableFrom is { } stable ? Source[stable].Epoch : null;
        }

        return entry;
    }

    private static JsonObject WithValidation(SweepOutcome run, JsonObject entry)
    {
        if (run.Validation is { } validation)
        {
            entry[run.Outcome.Metric.JsonKeyAfter("validation")] = validation.Value;
        }

        return entry;
    }

    private JsonObject Entry(SweepTarget target, int i)
    {
        var entry = target.Checkpoints[i].ToJson();
        entry.Insert(0, "epoch", Source[i].Epoch);
        entry["againstLast"] =
            target.Answer is { } answer && i < answer.AgainstLast.Length ? answer.AgainstLast[i]?.ToJson() : null;
        if (!target.Instabilities.IsEmpty)
        {
            var measured = target.Instabilities[i];
            entry["instability"] = measured.Counts ? measured.Barrier.ToJson() : null;
        }

        return entry;
    }
}
