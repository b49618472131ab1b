using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>
/// Test score, accuracy or mean AUC, per epoch of P-T and RI-T at each learning rate, and the difference that remains
/// at the end. The final score is that of the last epoch, never of the best one. A diverged run is a result: it is
/// shown but counts in no mean. Source: Neyshabur, Sedghi, Zhang 2020, section 3.
/// </summary>
internal sealed class LearningCurvesAnalysis : Analysis<LearningCurvesSettings, ImmutableArray<CurveGroup>>
{
    /// <inheritdoc/>
    public override string Name => "learning_curves";

    /// <inheritdoc/>
    public override string Title => "Learning curves";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, LearningCurvesSettings settings) =>
        from run in study.Runs
        where IsValidated(study, run)
        select new PlannedTask($"validate {run.Target} {run.Label}", run.Validate!);

    /// <inheritdoc/>
    protected override ImmutableArray<CurveGroup> Conclude(FinishedAnalysis<LearningCurvesSettings> finished) =>
        [
            .. RunGroup
                .Of(finished.Study)
                .Select(group => CurveGroup.Read(group, finished.Results, IsValidated(finished.Study, group.Seeds[0]))),
        ];

    // Whether one is to be chosen of several runs or rates of its start, on a target that has images to choose on.
    private static bool IsValidated(PlannedStudy study, PlannedRun run) =>
        run.ValidationImages is not null
        && study.Runs.Any(other =>
            (other.Target, other.Initialization) == (run.Target, run.Initialization)
            && (other.Run, other.LearningRate) != (run.Run, run.LearningRate)
        );

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<CurveGroup> result) =>
        new JsonArray([.. result.Select(group => ToJson(group, PretrainingGain.FindAll(result)))]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<CurveGroup> result) =>
        LearningCurvesFindings.Find(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<CurveGroup> result) =>
        LearningCurvesFigure.Draw(result);

    /// <inheritdoc/>
    protected override IEnumerable<Highlight> Highlights(ImmutableArray<CurveGroup> result) =>
        PretrainingGain.FindAll(result).Select(LearningCurvesFigure.Highlight);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<CurveGroup> result) =>
        [Table(result), .. Gains(PretrainingGain.FindAll(result))];

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<LearningCurvesSettings> finished,
        ImmutableArray<CurveGroup> result
    ) =>
        new(
            CurveWords.Method.Definition(Names(result)),
            CurveWords.Method.Settings,
            CurveWords.Method.Source,
            CurveWords.Method.Caveats(Metric.Plurals(result.Select(group => group.Group.Metric)))
        );

    // The group from P that a gain is about says over which group.
    private static JsonObject ToJson(CurveGroup group, ImmutableArray<PretrainingGain> gains)
    {
        var entry = group.ToJson();
        if (gains.FirstOrDefault(gain => gain.Pretrained == group) is { } gain)
        {
            entry["gainOver"] = gain.ToJson();
        }

        return entry;
    }

    // Where there was a choice of rates: each start at its best, and both at the same.
    private static IEnumerable<Table> Gains(ImmutableArray<PretrainingGain> gains)
    {
        ImmutableArray<PretrainingGain> chosen = [.. gains.Where(gain => gain.HasSeveralRates)];
        return chosen.IsEmpty
            ? []
            :
            [
                new Table(
                    "learning_curves-gains",
                    CurveWords.Caption.Gains,
                    [
                        "target",
                        "rates",
                        "run from P",
                        "learning rate",
                        "run from random weights",
                        "learning rate (random)",
                        "gain",
                        "low",
                        "high",
                        "chosen on test images",
                    ],
                    [
                        .. from gain in chosen
                        from row in gain
                            .AtEqualRates.Select(equal => Row(RateWords.Equal, equal))
                            .Prepend(Row(RateWords.Best, gain))
                        select row,
                    ]
                ).Percent(chosen.Select(gain => gain.Pretrained.Group.Metric), [], ["gain"]),
            ];
    }

    private static ImmutableArray<object?> Row(string rates, PretrainingGain gain)
    {
        var (value, low, high) = gain.Effect.Interval();
        return
        [
            gain.Pretrained.Group.Target,
            rates,
            gain.Pretrained.Group.Run,
            gain.Pretrained.Group.LearningRate,
            gain.Random.Group.Run,
            gain.Random.Group.LearningRate,
            value,
            gain.Effect.HasInterval ? low : null,
            gain.Effect.HasInterval ? high : null,
            gain.IsChosenOnTestImages,
        ];
    }

    private static string Names(ImmutableArray<CurveGroup> groups) =>
        Metric.Names(groups.Select(group => group.Group.CurveMetric));

    private static Table Table(ImmutableArray<CurveGroup> groups) =>
        new Table(
            "learning_curves",
            CurveWords.Caption.Table,
            [
                "target",
                "run",
                "learning rate",
                "seed",
                "epoch",
                "train loss",
                $"train {Names(groups)}",
                "test loss",
                $"test {Names(groups)}",
            ],
            [
                .. from runs in groups
                from curve in runs.Curves
                from epoch in curve.Epochs
                select (ImmutableArray<object?>)
                    [
                        runs.Group.Target,
                        runs.Group.Run,
                        runs.Group.LearningRate,
                        (long)curve.Run.Seed,
                        (long)epoch.Epoch,
                        epoch.TrainLoss,
                        epoch.TrainScore,
                        epoch.TestLoss,
                        epoch.TestScore,
                    ],
            ]
        ).Percent(groups.Select(group => group.Group.CurveMetric), [$"train {Names(groups)}", $"test {Names(groups)}"]);
}
