using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
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
        return
        [
            .. Lines(study, settings)
                .Select(line => new PlannedTask(
                    LineRole(line.Pair, line.Checkpoint),
                    Line(study, settings, line.Pair, line.Checkpoint)
                )),
            .. planes.Select(set => new PlannedTask(PlaneRole(set), Plane(study, settings, set))),
            .. basins.Select(set => new PlannedTask(BasinRole(set), Basin(study, settings, set))),
        ];
    }

    private static string LineRole(RunPair pair, string checkpoint) =>
        $"line {pair.First.Target} {pair.Label} {checkpoint}";

    private static string PlaneRole(ModelSet set) => $"plane {set.Target} {set.Names}";

    private static string BasinRole(ModelSet set) => $"basin {set.Target} {set.Names}";

    private static IEnumerable<(RunPair Pair, string Checkpoint)> Lines(PlannedStudy study, BarrierSettings settings) =>
        settings.Checkpoint.SelectMany(checkpoint => RunPair.Of(study).Select(pair => (pair, checkpoint)));

    private static TaskSpec Line(PlannedStudy study, BarrierSettings settings, RunPair pair, string checkpoint)
    {
        var lambdas = BarrierMeasurement.Grid(settings.Points, settings.From, settings.To);
        var training = Training(checkpoint, [pair.First, pair.Second!], pair.Label);
        var epochs = checkpoint == "last" ? "" : $", {checkpoint} epochs";
        return BarrierTask.Declared.CreateTask(
            new BarrierTaskSettings(
                study.Study.Network,
                training.Classes,
                checkpoint,
                lambdas,
                settings.RecalibrationImages,
                training.Normalize,
                training.Training.Precision
            )
            {
                Metric = pair.First.MetricOverride,
            },
            $"barrier {pair.First.Target} {pair.Label}{epochs}",
            lambdas.Length * ((2 * pair.First.Evaluate.Cost) + Recalibrated(pair.First, settings)),
            [
                ("first", pair.First.Train),
                ("second", pair.Second!.Train),
                ("images", pair.First.TestImages),
                ("recalibrate_on", pair.First.TrainImages),
            ]
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
            throw new InputException(BarrierWords.Errors.TooFewRuns(setting, value, needed, without));
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
        );
    }

    private static PairBarrier Read(RunPair pair, string checkpoint, FinishedAnalysis<BarrierSettings> finished)
    {
        var role = LineRole(pair, checkpoint);
        var measured = finished.Read(role).Deserialize<BarrierTaskResult>(pair.Metric.Json)!;
        return new(
            pair,
            checkpoint,
            pair.Diverged(finished.Results),
            HasLearned(pair.First, finished.Results) && HasLearned(pair.Second!, finished.Results),
            measured.Raw,
            measured.Recalibrated,
            BarrierTask.ReadSamples(finished.Results.Read(finished.Tasks[role], ScoreFile.Name), measured)
        );
    }

    private static T Read<T>(ModelSet set, string role, FinishedAnalysis<BarrierSettings> finished) =>
        finished.Read(role).Deserialize<T>(set.Metric.Json)!;

    private static bool HasLearned(PlannedRun run, ITaskResults results) =>
        MeasuredScore.IsBeyondChance(results.Read(run.Evaluate));

    /// <inheritdoc/>
    protected override JsonNode ToJson(BarrierResults result) => result.ToJson();

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(BarrierResults result) =>
        [.. BarrierFindings.Find(result), .. BasinFindings.Find(result.Basins)];

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(BarrierResults result) =>
        [.. BarrierFigure.Draw(result), .. PlaneFigure.Draw(result.Planes)];

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(BarrierResults result) =>
        [
            BarrierTables.Pairs(result.Pairs),
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
                basins
            ),
            BarrierWords.Method.Settings(settings),
            BarrierWords.Method.Source,
            BarrierWords.Method.AllCaveats(settings.Checkpoint.Contains("best"), basins)
        );
    }
}
