using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary><see cref="BarrierMeasurement"/> as part of a study: every pair of trainings on a target.</summary>
public sealed class BarrierAnalysis : IAnalysis
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

    private sealed record Chosen(
        int Points,
        double From,
        double To,
        ImmutableArray<string> Checkpoints,
        int RecalibrationImages,
        int Plane = 0,
        int BasinDraws = 0,
        double? BasinDelta = null
    );

    /// <inheritdoc/>
    public string Name => "performance_barrier";

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings =>
        ["points", "from", "to", "checkpoint", "recalibration_images", "plane", "basin_draws", "basin_delta"];

    /// <inheritdoc/>
    public JsonObject Validate(JsonObject settings)
    {
        var reader = new SettingsReader(Name, settings);
        var chosen = new Chosen(
            reader.Integer("points", 11, 2, 10001),
            reader.Number("from", 0, -100, 0),
            reader.Number("to", 1, 1, 100),
            [.. reader.Words("checkpoint", ["last"]).Select(Checkpoint)],
            reader.Integer("recalibration_images", 2000, 2),
            reader.Integer("plane", 0, 0, 101),
            reader.Integer("basin_draws", 0, 0, 100000),
            settings["basin_delta"] is null ? null : reader.Number("basin_delta", 1, 1e-6)
        );
        return chosen.Plane == 1
                ? throw new InputException(
                    $"analyses.{Name}.plane is 1, but a plane takes at least 2 points a side, or 0 for none."
                )
            : chosen.BasinDraws is > 0 and < BasinTest.FewestDraws
                ? throw new InputException(
                    $"analyses.{Name}.basin_draws is {chosen.BasinDraws}, but a basin test takes at least {BasinTest.FewestDraws} draws, or 0 for none."
                )
            : TaskSettings.Write(chosen);
    }

    /// <inheritdoc/>
    public IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings)
    {
        var chosen = TaskSettings.Read<Chosen>(settings);
        return
        [
            .. Lines(study, chosen).Select(line => Line(study, chosen, line.Pair, line.Checkpoint)),
            .. Sets(
                    chosen.Plane,
                    "plane",
                    "three seeds of a run, or two trainings from P and one from random weights",
                    study,
                    SolutionSet.Triples
                )
                .Select(set => Plane(study, chosen, set)),
            .. Sets(chosen.BasinDraws, "basin_draws", "two seeds of a run", study, SolutionSet.Spans)
                .Select(set => Basin(study, chosen, set)),
        ];
    }

    private string Checkpoint(string name) =>
        name is "last" or "best"
            ? name
            : throw new InputException(
                $"analyses.{Name}.checkpoint is {name}, but must be last, best or a list of both."
            );

    private static IEnumerable<(RunPair Pair, string Checkpoint)> Lines(PlannedStudy study, Chosen chosen) =>
        chosen.Checkpoints.SelectMany(checkpoint => RunPair.Of(study).Select(pair => (pair, checkpoint)));

    private TaskSpec Line(PlannedStudy study, Chosen chosen, RunPair pair, string checkpoint)
    {
        var lambdas = BarrierMeasurement.Grid(chosen.Points, chosen.From, chosen.To);
        var training = Training(checkpoint, [pair.First, pair.Second!], pair.Label);
        return new TaskSpec
        {
            Kind = BarrierTask.KindName,
            Version = BarrierTask.Version,
            Settings = TaskSettings.Write(
                new BarrierTaskSettings(
                    study.Study.Network,
                    training.Classes,
                    checkpoint,
                    lambdas,
                    chosen.RecalibrationImages,
                    training.Normalize,
                    training.Training.Precision
                )
            ),
            Inputs = StudyTasks.Roles(
                ("first", pair.First.Train),
                ("second", pair.Second!.Train),
                ("images", pair.First.TestImages),
                ("recalibrate_on", pair.First.TrainImages)
            ),
            Title = $"barrier {pair.First.Target} {pair.Label}{(checkpoint == "last" ? "" : $", {checkpoint} epochs")}",
            Cost = lambdas.Length * ((2 * pair.First.Evaluate.Cost) + chosen.RecalibrationImages),
        };
    }

    private TaskSpec Plane(PlannedStudy study, Chosen chosen, SolutionSet set)
    {
        var training = Training(chosen.Checkpoints[0], set.Runs, set.Names);
        return new TaskSpec
        {
            Kind = PlaneTask.KindName,
            Version = 1,
            Settings = TaskSettings.Write(
                new PlaneTaskSettings(
                    study.Study.Network,
                    training.Classes,
                    chosen.Checkpoints[0],
                    chosen.Plane,
                    chosen.RecalibrationImages,
                    training.Normalize,
                    training.Training.Precision
                )
            ),
            Inputs = set.Inputs(),
            Title = $"plane {set.Target} {set.Names}",
            Cost = ((chosen.Plane * chosen.Plane) + 3) * (set.Runs[0].Evaluate.Cost + chosen.RecalibrationImages),
        };
    }

    private TaskSpec Basin(PlannedStudy study, Chosen chosen, SolutionSet set)
    {
        var training = Training(chosen.Checkpoints[0], set.Runs, set.Names);
        return new TaskSpec
        {
            Kind = BasinTask.KindName,
            Version = 1,
            Settings = TaskSettings.Write(
                new BasinTaskSettings(
                    study.Study.Network,
                    training.Classes,
                    chosen.Checkpoints[0],
                    chosen.BasinDraws,
                    chosen.BasinDelta,
                    BasinSeed,
                    chosen.RecalibrationImages,
                    training.Normalize,
                    training.Training.Precision
                )
            ),
            Inputs = set.Inputs(),
            Title = $"basin {set.Target} {set.Names}",
            Cost = 3 * chosen.BasinDraws * (set.Runs[0].Evaluate.Cost + chosen.RecalibrationImages),
        };
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
    public AnalysisSection Conclude(
        PlannedStudy study,
        JsonObject settings,
        IReadOnlyList<TaskSpec> tasks,
        ITaskResults results
    )
    {
        var chosen = TaskSettings.Read<Chosen>(settings);
        ImmutableArray<PairBarrier> pairs =
        [
            .. Lines(study, chosen)
                .Zip(tasks, (line, task) => Read(line.Pair, line.Checkpoint, results, results.Read(task))),
        ];
        ImmutableArray<MeasuredPlane> planes =
        [
            .. Of<PlaneResult>(PlaneTask.KindName, SolutionSet.Triples)
                .Select(plane => new MeasuredPlane(plane.Set, plane.Result)),
        ];
        ImmutableArray<TestedBasin> basins =
        [
            .. Of<BasinResult>(BasinTask.KindName, SolutionSet.Spans)
                .Select(basin => new TestedBasin(
                    basin.Set,
                    basin.Set.Runs.Any(run => RunPair.Diverged(run, results)),
                    basin.Set.Runs.All(run => MeasuredScore.IsBeyondChance(results.Read(run.Evaluate))),
                    basin.Result
                )),
        ];
        return new(
            Name,
            "Performance barrier",
            new JsonArray([
                .. pairs.Select(pair => pair.ToJson()),
                .. planes.Select(plane => With(plane.Set.ToJson(), "plane", plane.Plane, plane.Set.Metric)),
                .. basins.Select(basin => With(basin.Set.ToJson(), "basin", basin.Basin, basin.Set.Metric)),
            ]),
            [.. BarrierFindings.Of(pairs), .. BasinFindings.Of(basins)],
            [.. BarrierFigure.Of(pairs), .. PlaneFigure.Of(planes)],
            [
                BarrierFigure.Table(pairs),
                .. planes.IsEmpty ? [] : new[] { PlaneFigure.Table(planes) },
                .. basins.IsEmpty ? [] : new[] { BasinFindings.Table(basins) },
            ],
            new(
                $"theta(lambda) = (1 - lambda) theta_1 + lambda theta_2; the barrier is the largest shortfall of test {Metric.Names(pairs.Select(pair => pair.Pair.Metric))} below the straight line between the two ends, over lambda in [0, 1]. Its 95 % interval over test images comes from a bootstrap that draws the same images at every lambda: from a band around all shortfalls at once, since the largest of several is too large by luck alone; a barrier is seen where its lower end lies above 0."
                    + Definitions(chosen),
                $"{chosen.Points} points from {chosen.From} to {chosen.To}, 0, 0.5 and 1 among them; {string.Join(" and ", chosen.Checkpoints)} epochs; recalibrated on at most {chosen.RecalibrationImages} training images{Further(chosen)}",
                "Neyshabur, Sedghi, Zhang 2020, section 3.4 and definition 3.1; recalibration: Izmailov et al. 2018, section 3.2",
                [
                    "The raw curve interpolates running statistics of batch normalization, which fit no activation in the middle; the recalibrated curve recomputes them at every point, its ends included.",
                    "A straight line without a barrier shows one basin; a barrier on it does not exclude a curved way around.",
                    "Trainings from P start from the same weights, which alone lowers the barrier between them, whatever P has learned.",
                    "Intervals hold the trainings fixed: they say how far other test images would move a number, the range over pairs how far other trainings would.",
                    .. BestCaveats[..(chosen.Checkpoints.Contains("best") ? 1 : 0)],
                    .. BasinCaveats[..(chosen.BasinDraws == 0 ? 0 : 1)],
                ]
            )
        );

        IEnumerable<(SolutionSet Set, T Result)> Of<T>(
            string kind,
            Func<PlannedStudy, ImmutableArray<SolutionSet>> sets
        ) =>
            tasks
                .Where(task => task.Kind == kind)
                .Zip(sets(study), (task, set) => (set, results.Read(task).Deserialize<T>(set.Metric.Json)!));
    }

    private static string Definitions(Chosen chosen) =>
        (
            chosen.Plane == 0
                ? ""
                : " The plane through three solutions shows affine combinations of them; its first axis runs from the first to the second, its second is perpendicular to that, both in parameter distance."
        )
        + (
            chosen.BasinDraws == 0
                ? ""
                : " The segment or triangle spanned by solutions is an (epsilon, delta)-basin when (1) the loss on it differs from its mean there by at most epsilon on average, and lies at least 2 epsilon above that mean, on average, both (2) at its edge, with Gaussian noise of variance delta^2 / number of parameters on each parameter, and (3) beyond its edge by |N(0, delta^2)|; the smallest epsilon that can pass is (1)."
        );

    private static string Further(Chosen chosen) =>
        (
            chosen.Plane == 0
                ? ""
                : $"; planes of {chosen.Plane} x {chosen.Plane} points, {100 * SolutionPlane.Margin:0} % beyond the solutions"
        )
        + (
            chosen.BasinDraws == 0
                ? ""
                : $"; basin tests of 3 x {chosen.BasinDraws} random points, delta {(chosen.BasinDelta is { } delta ? $"{delta}" : "half the distance between the first two solutions")}"
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
