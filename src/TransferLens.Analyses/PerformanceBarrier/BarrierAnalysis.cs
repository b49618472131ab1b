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
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary><see cref="BarrierMeasurement"/> as part of a study: every pair of trainings on a target.</summary>
internal sealed class BarrierAnalysis : Analysis<BarrierSettings, BarrierResults>
{
    // Fixed, so that P-T and RI-T are tested at the same places of their spans.
    private const uint BasinSeed = 1;

    private static readonly string[] BestCaveats =
    [
        "The best epoch is chosen on the test images, so its accuracy is too high.",
    ];

    private static readonly string[] BasinCaveats =
    [
        "A basin test is a matter of scale, of delta; its errors are those of its random draws, not of trainings or images.",
    ];

    /// <inheritdoc/>
    public override string Name => "performance_barrier";

    /// <inheritdoc/>
    public override string Title => "Performance barrier";

    /// <inheritdoc/>
    protected override BarrierSettings Check(BarrierSettings settings, SettingErrors errors) =>
        settings.Plane == 1
            ? throw errors.Wrong("plane", "is 1, but a plane takes at least 2 points a side, or 0 for none.")
        : settings.BasinDraws is > 0 and < BasinTest.FewestDraws
            ? throw errors.Wrong(
                "basin_draws",
                $"is {settings.BasinDraws}, but a basin test takes at least {BasinTest.FewestDraws} draws, or 0 for none."
            )
        : settings;

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, BarrierSettings settings) =>
        [
            .. Lines(study, settings)
                .Select(line => new PlannedTask(
                    LineRole(line.Pair, line.Checkpoint),
                    Line(study, settings, line.Pair, line.Checkpoint)
                )),
            .. Sets(
                    settings.Plane,
                    "plane",
                    "three seeds of a run, or two trainings from P and one from random weights",
                    study,
                    SolutionSet.Triples
                )
                .Select(set => new PlannedTask(PlaneRole(set), Plane(study, settings, set))),
            .. Sets(settings.BasinDraws, "basin_draws", "two seeds of a run", study, SolutionSet.Spans)
                .Select(set => new PlannedTask(BasinRole(set), Basin(study, settings, set))),
        ];

    private static string LineRole(RunPair pair, string checkpoint) =>
        $"line {pair.First.Target} {pair.Label} {checkpoint}";

    private static string PlaneRole(SolutionSet set) => $"plane {set.Target} {set.Names}";

    private static string BasinRole(SolutionSet set) => $"basin {set.Target} {set.Names}";

    private static IEnumerable<(RunPair Pair, string Checkpoint)> Lines(PlannedStudy study, BarrierSettings settings) =>
        settings.Checkpoint.SelectMany(checkpoint => RunPair.Of(study).Select(pair => (pair, checkpoint)));

    private TaskSpec Line(PlannedStudy study, BarrierSettings settings, RunPair pair, string checkpoint)
    {
        var lambdas = BarrierMeasurement.Grid(settings.Points, settings.From, settings.To);
        var training = Training(checkpoint, [pair.First, pair.Second!], pair.Label);
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
                Metric = pair.First.ChosenMetric,
            },
            $"barrier {pair.First.Target} {pair.Label}{(checkpoint == "last" ? "" : $", {checkpoint} epochs")}",
            lambdas.Length * ((2 * pair.First.Evaluate.Cost) + settings.RecalibrationImages),
            [
                ("first", pair.First.Train),
                ("second", pair.Second!.Train),
                ("images", pair.First.TestImages),
                ("recalibrate_on", pair.First.TrainImages),
            ]
        );
    }

    private TaskSpec Plane(PlannedStudy study, BarrierSettings settings, SolutionSet set)
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
                Metric = set.Runs[0].ChosenMetric,
            },
            $"plane {set.Target} {set.Names}",
            ((settings.Plane * settings.Plane) + 3) * (set.Runs[0].Evaluate.Cost + settings.RecalibrationImages),
            set.Inputs()
        );
    }

    private TaskSpec Basin(PlannedStudy study, BarrierSettings settings, SolutionSet set)
    {
        var training = Training(settings.Checkpoint[0], set.Runs, set.Names);
        return BasinTask.Declared.CreateTask(
            new BasinTaskSettings(
                study.Study.Network,
                training.Classes,
                settings.Checkpoint[0],
                settings.BasinDraws,
                settings.BasinDelta,
                BasinSeed,
                settings.RecalibrationImages,
                training.Normalize,
                training.Training.Precision
            ),
            $"basin {set.Target} {set.Names}",
            3 * settings.BasinDraws * (set.Runs[0].Evaluate.Cost + settings.RecalibrationImages),
            set.Inputs()
        );
    }

    // Asked for and impossible is an error, for each target: a report without what was asked for would say nothing of it.
    private ImmutableArray<SolutionSet> Sets(
        int asked,
        string setting,
        string needed,
        PlannedStudy study,
        Func<PlannedStudy, ImmutableArray<SolutionSet>> of
    )
    {
        var sets = asked == 0 ? ImmutableArray<SolutionSet>.Empty : of(study);
        var without =
            asked == 0
                ? null
                : study.Runs.Select(run => run.Target).FirstOrDefault(target => sets.All(set => set.Target != target));
        return without is null
            ? sets
            : throw new InputException(
                $"analyses.{Name}.{setting} is {asked}, which takes {needed}, but {without} has too few; add seeds or leave {setting} out."
            );
    }

    private TrainTaskSettings Training(string checkpoint, IEnumerable<PlannedRun> runs, string label)
    {
        var trainings = runs.Select(run => TaskSettings.Read<TrainTaskSettings>(run.Train.Settings)).ToList();
        return checkpoint != "best" || trainings.All(training => training.Training.KeepBest)
            ? trainings[0]
            : throw new InputException(
                $"analyses.{Name}.checkpoint is best, but {label} do not keep their best epoch; set keep_best: true in their training."
            );
    }

    /// <inheritdoc/>
    protected override BarrierResults Conclude(FinishedAnalysis<BarrierSettings> finished)
    {
        var (study, settings, results) = (finished.Study, finished.Settings, finished.Results);
        return new(
            [
                .. Lines(study, settings)
                    .Select(line =>
                        Read(line.Pair, line.Checkpoint, results, finished.Read(LineRole(line.Pair, line.Checkpoint)))
                    ),
            ],
            settings.Plane == 0
                ? []
                :
                [
                    .. SolutionSet
                        .Triples(study)
                        .Select(set => new MeasuredPlane(set, Of<PlaneResult>(set, PlaneRole(set)))),
                ],
            settings.BasinDraws == 0
                ? []
                :
                [
                    .. SolutionSet
                        .Spans(study)
                        .Select(set => new TestedBasin(
                            set,
                            set.Runs.Any(run => RunPair.Diverged(run, results)),
                            set.Runs.All(run => MeasuredScore.IsBeyondChance(results.Read(run.Evaluate))),
                            Of<BasinResult>(set, BasinRole(set))
                        )),
                ]
        );

        T Of<T>(SolutionSet set, string role) => finished.Read(role).Deserialize<T>(set.Metric.Json)!;
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(BarrierResults result) =>
        new JsonArray([
            .. result.Pairs.Select(pair => pair.ToJson()),
            .. result.Planes.Select(plane => With(plane.Set.ToJson(), "plane", plane.Plane, plane.Set.Metric)),
            .. result.Basins.Select(basin => With(basin.Set.ToJson(), "basin", basin.Basin, basin.Set.Metric)),
        ]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(BarrierResults result) =>
        [.. BarrierFindings.Of(result.Pairs), .. BasinFindings.Of(result.Basins)];

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(BarrierResults result) =>
        [.. BarrierFigure.Of(result.Pairs), .. PlaneFigure.Of(result.Planes)];

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(BarrierResults result) =>
        [
            BarrierFigure.Table(result.Pairs),
            .. result.Planes.IsEmpty ? [] : new[] { PlaneFigure.Table(result.Planes) },
            .. result.Basins.IsEmpty ? [] : new[] { BasinFindings.Table(result.Basins) },
        ];

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<BarrierSettings> finished, BarrierResults result) =>
        new(
            $"theta(lambda) = (1 - lambda) theta_1 + lambda theta_2; the barrier is the largest shortfall of test {Metric.Names(result.Pairs.Select(pair => pair.Pair.Metric))} below the straight line between the two ends, over lambda in [0, 1]. Its 95 % interval over test images comes from a bootstrap that draws the same images at every lambda: from a band around all shortfalls at once, since the largest of several is too large by luck alone; a barrier is seen where its lower end lies above 0."
                + Definitions(finished.Settings),
            $"{finished.Settings.Points} points from {finished.Settings.From} to {finished.Settings.To}, 0, 0.5 and 1 among them; {string.Join(" and ", finished.Settings.Checkpoint)} epochs; recalibrated on at most {finished.Settings.RecalibrationImages} training images{Further(finished.Settings)}",
            "Neyshabur, Sedghi, Zhang 2020, section 3.4 and definition 3.1; recalibration: Izmailov et al. 2018, section 3.2",
            [
                "The raw curve interpolates running statistics of batch normalization, which fit no activation in the middle; the recalibrated curve recomputes them at every point, its ends included.",
                "A straight line without a barrier shows one basin; a barrier on it does not exclude a curved way around.",
                "Trainings from P start from the same weights, which alone lowers the barrier between them, whatever P has learned.",
                "Intervals hold the trainings fixed: they say how far other test images would move a number, the range over pairs how far other trainings would.",
                .. BestCaveats[..(finished.Settings.Checkpoint.Contains("best") ? 1 : 0)],
                .. BasinCaveats[..(finished.Settings.BasinDraws == 0 ? 0 : 1)],
            ]
        );

    private static string Definitions(BarrierSettings settings) =>
        (
            settings.Plane == 0
                ? ""
                : " The plane through three solutions shows affine combinations of them; its first axis runs from the first to the second, its second is perpendicular to that, both in parameter distance."
        )
        + (
            settings.BasinDraws == 0
                ? ""
                : " The segment or triangle spanned by solutions is an (epsilon, delta)-basin when (1) the loss on it differs from its mean there by at most epsilon on average, and lies at least 2 epsilon above that mean, on average, both (2) at its edge, with Gaussian noise of variance delta^2 / number of parameters on each parameter, and (3) beyond its edge by |N(0, delta^2)|; the smallest epsilon that can pass is (1)."
        );

    private static string Further(BarrierSettings settings) =>
        (
            settings.Plane == 0
                ? ""
                : $"; planes of {settings.Plane} x {settings.Plane} points, {100 * SolutionPlane.Margin:0} % beyond the solutions"
        )
        + (
            settings.BasinDraws == 0
                ? ""
                : $"; basin tests of 3 x {settings.BasinDraws} random points, delta {(settings.BasinDelta is { } delta ? $"{delta}" : "half the distance between the first two solutions")}"
        );

    private static JsonObject With<T>(JsonObject json, string name, T result, Metric metric)
    {
        json[name] = JsonSerializer.SerializeToNode(result, metric.Json);
        return json;
    }

    private static PairBarrier Read(RunPair pair, string checkpoint, ITaskResults results, JsonNode measured)
    {
        var learned = new[] { pair.First, pair.Second! }.All(run =>
            MeasuredScore.IsBeyondChance(results.Read(run.Evaluate))
        );
        return new(pair, checkpoint, pair.Diverged(results), Curve("raw")!, Curve("recalibrated"), learned);

        BarrierCurve? Curve(string name) => measured[name]?.Deserialize<BarrierCurve>(pair.Metric.Json);
    }
}
