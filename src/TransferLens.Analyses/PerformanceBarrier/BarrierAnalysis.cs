using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// Barriers in a study: the line between every pair of runs on a target, planes through three models, basin tests.
/// </summary>
internal sealed class BarrierAnalysis : Analysis<BarrierSettings, BarrierResults>
{
    /// <inheritdoc/>
    public override string Name => "performance_barrier";

    /// <inheritdoc/>
    public override string Title => "Performance barrier";

    /// <inheritdoc/>
    protected override BarrierSettings Check(BarrierSettings settings, SettingErrors errors)
    {
        if (settings.Plane == 1)
        {
            throw errors.Wrong("plane", BarrierWords.Errors.OnePointPlane);
        }

        return settings.BasinDraws is > 0 and < BasinTest.FewestDraws
            ? throw errors.Wrong("basin_draws", BarrierWords.Errors.TooFewDraws(settings.BasinDraws))
            : settings;
    }

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, BarrierSettings settings)
    {
        var planes = settings.Plane == 0 ? [] : ModelSet.Triples(study);
        CheckEveryTarget(planes, "plane", settings.Plane, BarrierWords.Errors.PlaneNeeds, study);
        var basins = settings.BasinDraws == 0 ? [] : ModelSet.Spans(study);
        CheckEveryTarget(basins, "basin_draws", settings.BasinDraws, BarrierWords.Errors.BasinNeeds, study);
        CheckPairs(
            study,
            "align",
            settings.Align == AlignmentMethod.None ? null : EnumWords<AlignmentMethod>.Of(settings.Align)
        );
        CheckPairs(study, "curve", settings.Curve is { } curve ? $"of {curve.Epochs} epochs" : null);
        return
        [
            .. Lines(study, settings)
                .Select(line => new PlannedTask(
                    LineRole(line.Pair, line.Checkpoint),
                    Line(study, settings, line.Pair, line.Checkpoint)
                )),
            .. AlignedLines(study, settings)
                .Select(line => new PlannedTask(
                    AlignedRole(line.Pair, line.Checkpoint),
                    Aligned(study, settings, line.Pair, line.Checkpoint)
                )),
            .. CurvedPairs(study, settings)
                .Select(pair => new PlannedTask(CurveRole(pair), Curve(study, settings, pair))),
            .. planes.Select(set => new PlannedTask(PlaneRole(set), Plane(study, settings, set))),
            .. basins.Select(set => new PlannedTask(BasinRole(set), Basin(study, settings, set))),
        ];
    }

    private static string LineRole(RunPair pair, string checkpoint) =>
        $"line {pair.First.Target} {pair.Label} {checkpoint}";

    private static string AlignedRole(RunPair pair, string checkpoint) =>
        $"aligned line {pair.First.Target} {pair.Label} {checkpoint}";

    private static string CurveRole(RunPair pair) => $"curve {pair.First.Target} {pair.Label}";

    private static string PlaneRole(ModelSet set) => $"plane {set.Target} {set.Names}";

    private static string BasinRole(ModelSet set) => $"basin {set.Target} {set.Names}";

    private static IEnumerable<(RunPair Pair, string Checkpoint)> Lines(PlannedStudy study, BarrierSettings settings) =>
        settings.Checkpoint.SelectMany(checkpoint => RunPair.Of(study).Select(pair => (pair, checkpoint)));

    private static IEnumerable<(RunPair Pair, string Checkpoint)> AlignedLines(
        PlannedStudy study,
        BarrierSettings settings
    ) => settings.Align == AlignmentMethod.None ? [] : Lines(study, settings);

    // A curve costs a training run, so the first pair of each kind represents it.
    private static IEnumerable<RunPair> CurvedPairs(PlannedStudy study, BarrierSettings settings) =>
        settings.Curve is null
            ? []
            : RunPair
                .Of(study)
                .Where(pair => pair.First.Run == pair.Second!.Run)
                .GroupBy(pair => (pair.First.Target, pair.Kind))
                .Select(kind => kind.First());

    private static void CheckPairs(PlannedStudy study, string setting, string? value)
    {
        var paired = RunPair
            .Of(study)
            .Where(pair => pair.First.Run == pair.Second!.Run)
            .Select(pair => pair.First.Target);
        if (value is not null && study.Runs.Select(run => run.Target).Except(paired).FirstOrDefault() is { } without)
        {
            throw new InputException(
                BarrierWords.Errors.TooFewRuns(setting, value, BarrierWords.Errors.BasinNeeds, without)
            );
        }
    }

    private static TaskSpec Line(PlannedStudy study, BarrierSettings settings, RunPair pair, string checkpoint) =>
        BarrierTask.Declared.CreateTask(
            LineSettings(study, settings, pair, checkpoint),
            $"barrier {LineTitle(pair, checkpoint)}",
            LineCost(settings, pair),
            [
                ("first", pair.First.Train),
                ("second", pair.Second!.Train),
                ("images", pair.First.TestImages),
                ("recalibrate_on", pair.First.TrainImages),
            ]
        );

    private static TaskSpec Aligned(PlannedStudy study, BarrierSettings settings, RunPair pair, string checkpoint) =>
        AlignedTask.Declared.CreateTask(
            new AlignedTaskSettings(LineSettings(study, settings, pair, checkpoint), settings.Align),
            $"aligned barrier {LineTitle(pair, checkpoint)}",
            LineCost(settings, pair),
            Models(pair).Inputs()
        );

    private static BarrierTaskSettings LineSettings(
        PlannedStudy study,
        BarrierSettings settings,
        RunPair pair,
        string checkpoint
    )
    {
        var training = Training(checkpoint, [pair.First, pair.Second!], pair.Label);
        return new(
            study.Study.Network,
            training.Classes,
            checkpoint,
            BarrierMeasurement.Grid(settings.Points, settings.From, settings.To),
            settings.RecalibrationImages,
            training.Normalize,
            training.Training.Precision
        )
        {
            Metric = pair.First.MetricOverride,
        };
    }

    private static string LineTitle(RunPair pair, string checkpoint) =>
        $"{pair.First.Target} {pair.Label}{(checkpoint == "last" ? "" : $", {checkpoint} epochs")}";

    private static double LineCost(BarrierSettings settings, RunPair pair) =>
        BarrierMeasurement.Grid(settings.Points, settings.From, settings.To).Length
        * ((2 * pair.First.Evaluate.Cost) + Recalibrated(pair.First, settings));

    private static ModelSet Models(RunPair pair) => new(pair.First.Target, pair.Label, [pair.First, pair.Second!]);

    private static TaskSpec Curve(PlannedStudy study, BarrierSettings settings, RunPair pair)
    {
        var (checkpoint, epochs) = (settings.Checkpoint[0], settings.Curve!.Epochs);
        var positions = BarrierMeasurement.Grid(settings.Points);
        var training = Training(checkpoint, [pair.First, pair.Second!], pair.Label);
        // What is kept of the runs does not change the curve.
        var recipe = training.Training with { Keep = [], KeepEvery = 0, KeepBest = false };
        return CurveTask.Declared.CreateTask(
            new CurveTaskSettings(
                study.Study.Network,
                training.Classes,
                checkpoint,
                epochs,
                recipe,
                training.LearningRate,
                training.Seed,
                positions,
                settings.RecalibrationImages,
                training.Normalize
            )
            {
                Metric = pair.First.MetricOverride,
            },
            $"curve {pair.First.Target} {pair.Label}",
            (pair.First.Train.Cost * epochs / Math.Max(1, recipe.Epochs))
                + (positions.Length * ((2 * pair.First.Evaluate.Cost) + Recalibrated(pair.First, settings))),
            Models(pair).Inputs()
        );
    }

    private static TaskSpec Plane(PlannedStudy study, BarrierSettings settings, ModelSet set)
    {
        var training = Training(settings.Checkpoint[0], set.Runs, set.Names);
        return PlaneTask.Declared.CreateTask(
            new PlaneTaskSettings(
                study.Study.Network,
                training.Classes,
                settings.Checkpoint[0],
                settings.Plane,
                settings.RecalibrationImages,
                training.Normalize,
                training.Training.Precision
            )
            {
                Metric = set.Runs[0].MetricOverride,
            },
            $"plane {set.Target} {set.Names}",
            ((settings.Plane * settings.Plane) + 3) * (set.Runs[0].Evaluate.Cost + Recalibrated(set.Runs[0], settings)),
            set.Inputs()
        );
    }

    private static TaskSpec Basin(PlannedStudy study, BarrierSettings settings, ModelSet set)
    {
        var training = Training(settings.Checkpoint[0], set.Runs, set.Names);
        return BasinTask.Declared.CreateTask(
            new BasinTaskSettings(
                study.Study.Network,
                training.Classes,
                settings.Checkpoint[0],
                settings.BasinDraws,
                settings.BasinDelta,
                BasinTest.DefaultSeed,
                settings.RecalibrationImages,
                training.Normalize,
                training.Training.Precision
            ),
            $"basin {set.Target} {set.Names}",
            3 * settings.BasinDraws * (set.Runs[0].Evaluate.Cost + Recalibrated(set.Runs[0], settings)),
            set.Inputs()
        );
    }

    private static double Recalibrated(PlannedRun run, BarrierSettings settings) =>
        RecalibrationImages.Estimate(run, settings.RecalibrationImages);

    // A target that cannot give what was asked for is an error: a report would silently leave it out.
    private static void CheckEveryTarget(
        ImmutableArray<ModelSet> sets,
        string setting,
        int value,
        string needed,
        PlannedStudy study
    )
    {
        var targets = value == 0 ? [] : study.Runs.Select(run => run.Target);
        if (targets.FirstOrDefault(target => sets.All(set => set.Target != target)) is { } without)
        {
            throw new InputException(BarrierWords.Errors.TooFewRuns(setting, $"{value}", needed, without));
        }
    }

    private static TrainTaskSettings Training(string checkpoint, IEnumerable<PlannedRun> runs, string label)
    {
        var settings = runs.Select(run => TaskSettings.Read<TrainTaskSettings>(run.Train.Settings)).ToList();
        return checkpoint != "best" || settings.All(run => run.Training.KeepBest)
            ? settings[0]
            : throw new InputException(BarrierWords.Errors.NoBestEpoch(label));
    }

    /// <inheritdoc/>
    protected override BarrierResults Conclude(FinishedAnalysis<BarrierSettings> finished)
    {
        var (study, settings) = (finished.Study, finished.Settings);
        var planes = settings.Plane == 0 ? [] : ModelSet.Triples(study);
        var basins = settings.BasinDraws == 0 ? [] : ModelSet.Spans(study);
        ImmutableArray<PairBarrier> pairs =
        [
            .. Lines(study, settings).Select(line => Read(line.Pair, line.Checkpoint, finished)),
        ];
        ImmutableArray<PairCurve> curves =
        [
            .. CurvedPairs(study, settings)
                .Select(pair =>
                    ReadCurve(pairs.First(line => line.Pair == pair && line.Epochs == settings.Checkpoint[0]), finished)
                ),
        ];
        return new(
            pairs,
            KindBarrier.Find(pairs),
            [.. planes.Select(set => new MeasuredPlane(set, Read<PlaneResult>(set, PlaneRole(set), finished)))],
            [
                .. basins.Select(set => new TestedBasin(
                    set,
                    set.Runs.Any(run => RunPair.Diverged(run, finished.Results)),
                    set.Runs.All(run => HasLearned(run, finished.Results)),
                    Read<BasinResult>(set, BasinRole(set), finished)
                )),
            ]
        )
        {
            Curves = curves,
        };
    }

    private static PairCurve ReadCurve(PairBarrier line, FinishedAnalysis<BarrierSettings> finished)
    {
        var role = CurveRole(line.Pair);
        var trained = finished.Read(role).Deserialize<TrainedCurve>(line.Pair.Metric.Json)!;
        var samples = trained.Diverged
            ? null
            : CurveTask.ReadSamples(finished.Results.Read(finished.Tasks[role], ScoreFile.Name));
        return PairCurve.Create(line, trained, samples);
    }

    private static PairBarrier Read(RunPair pair, string checkpoint, FinishedAnalysis<BarrierSettings> finished)
    {
        var role = LineRole(pair, checkpoint);
        var measured = finished.Read(role).Deserialize<BarrierTaskResult>(pair.Metric.Json)!;
        var line = new PairBarrier(
            pair,
            checkpoint,
            pair.Diverged(finished.Results),
            HasLearned(pair.First, finished.Results) && HasLearned(pair.Second!, finished.Results),
            measured.Raw,
            measured.Recalibrated,
            BarrierTask.ReadSamples(finished.Results.Read(finished.Tasks[role], ScoreFile.Name), measured)
        );
        return finished.Settings.Align == AlignmentMethod.None ? line : WithAligned(line, finished);
    }

    private static PairBarrier WithAligned(PairBarrier line, FinishedAnalysis<BarrierSettings> finished)
    {
        var role = AlignedRole(line.Pair, line.Epochs);
        var scores = finished.Results.Read(finished.Tasks[role], ScoreFile.Name);
        var aligned = finished.Read(role).Deserialize<AlignedLine>(line.Pair.Metric.Json)!;
        return line with
        {
            Aligned = aligned,
            AlignedSamples = AlignedTask.ReadSamples(scores),
            ComparedSamples = aligned.Repaired is null ? line.Samples : AlignedTask.ReadRepaired(scores),
        };
    }

    private static T Read<T>(ModelSet set, string role, FinishedAnalysis<BarrierSettings> finished) =>
        finished.Read(role).Deserialize<T>(set.Metric.Json)!;

    private static bool HasLearned(PlannedRun run, ITaskResults results) =>
        MeasuredScore.IsBeyondChance(results.Read(run.Evaluate));

    /// <inheritdoc/>
    protected override JsonNode ToJson(BarrierResults result) => result.ToJson();

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(BarrierResults result) =>
        [.. BarrierFindings.Find(result), .. CurveFindings.Find(result.Curves), .. BasinFindings.Find(result.Basins)];

    /// <inheritdoc/>
    protected override IEnumerable<Highlight> Highlights(BarrierResults result) => BarrierFigure.Highlights(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(BarrierResults result) =>
        [.. BarrierFigure.Draw(result), .. CurveFigure.Draw(result.Curves), .. PlaneFigure.Draw(result.Planes)];

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(BarrierResults result) =>
        [
            BarrierTables.Pairs(result.Pairs),
            .. result.Pairs.Any(pair => pair.Aligned is not null)
                ? new[] { BarrierTables.Alignment(result.Pairs) }
                : [],
            .. result.Curves.IsEmpty ? [] : new[] { BarrierTables.Curves(result.Curves) },
            .. result.Planes.IsEmpty ? [] : new[] { BarrierTables.Planes(result.Planes) },
            .. result.Basins.IsEmpty ? [] : new[] { BarrierTables.Basins(result.Basins) },
        ];

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<BarrierSettings> finished, BarrierResults result)
    {
        var settings = finished.Settings;
        var basins = settings.BasinDraws > 0;
        return new(
            BarrierWords.Method.Definition(
                Metric.Names(result.Pairs.Select(pair => pair.Pair.Metric)),
                settings.Plane > 0,
                basins,
                settings.Align != AlignmentMethod.None,
                settings.Curve is not null
            ),
            BarrierWords.Method.Settings(settings),
            BarrierWords.Method.Sources(settings),
            BarrierWords.Method.AllCaveats(settings.Checkpoint.Contains("best"), basins)
        );
    }
}
