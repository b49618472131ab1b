using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>
/// <see cref="CheckpointChoice"/> in a study that trains P itself or has several checkpoint files of it.
/// </summary>
internal sealed class CheckpointSweepAnalysis : Analysis<CheckpointSweepSettings, SweepResult>
{
    /// <inheritdoc/>
    public override string Name => "checkpoint_sweep";

    /// <inheritdoc/>
    public override string Title => "Which pretrained checkpoint to start from";

    /// <inheritdoc/>
    protected override CheckpointSweepSettings Check(CheckpointSweepSettings settings, SettingErrors errors)
    {
        return settings with { Checkpoints = [.. settings.Checkpoints.Select(Checkpoint).Distinct()] };

        string Checkpoint(string text)
        {
            if (text == SweepCheckpoints.Last)
            {
                return text;
            }

            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
                ? epoch.ToString(CultureInfo.InvariantCulture)
                : throw errors.Wrong("checkpoints", SweepWords.Errors.NotACheckpoint(text));
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, CheckpointSweepSettings settings)
    {
        var plan = SweepPlan.Create(study, settings);
        return
        [
            .. plan.Runs.SelectMany(run =>
                RunTasks.Of(
                    $"{run.Run.Target} {run.Run.Label} from {run.Checkpoint}",
                    run.Train,
                    run.Evaluate,
                    run.Validate
                )
            ),
            .. from measure in plan.Measures
            from task in new[] { ("evaluate P at", measure.Evaluate), ("barrier of P at", measure.Barrier) }
            where task.Item2 is not null
            select new PlannedTask($"{task.Item1} {measure.Checkpoint}", task.Item2),
            .. plan.Repeats.SelectMany(repeat =>
                new[]
                {
                    new PlannedTask($"repeat {Name(repeat)}", repeat.Train),
                    new PlannedTask($"instability {Name(repeat)}", repeat.Barrier),
                }
            ),
        ];

        static string Name(SweepRepeat repeat) => $"{repeat.Run.Run.Target} from {repeat.Run.Checkpoint}";
    }

    /// <inheritdoc/>
    protected override SweepResult Conclude(FinishedAnalysis<CheckpointSweepSettings> finished)
    {
        var (pretraining, results) = (finished.Study.Pretraining!, finished.Results);
        var plan = SweepPlan.Create(finished.Study, finished.Settings);
        var margin = finished.Settings.Margin / MarginWords.Points;
        return new(
            margin,
            [.. plan.Measures.Select(measure => Source(measure, pretraining, results))],
            [
                .. plan
                    .Runs.GroupBy(run => run.Run.Target)
                    .Select(target =>
                        Target([.. target], margin, pretraining, results) with
                        {
                            Instabilities = [.. Instabilities(plan, target.Key, pretraining, results)],
                        }
                    ),
            ],
            pretraining.Inputs.TryGetValue("train", out var images) ? (int)results.Read(images)["images"]! : null
        );
    }

    private static SweepSource Source(SweepMeasure measure, TaskSpec pretraining, ITaskResults results)
    {
        var epoch = EpochOf(measure.Checkpoint, pretraining, results);
        if (measure.Evaluate is null)
        {
            return new(epoch, null, new(0, 0, 0), 0, 0);
        }

        var evaluation = results.Read(measure.Evaluate);
        var metric = Metric.ReadFrom(evaluation);
        var barrier = measure.Barrier is null
            ? null
            : results.Read(measure.Barrier).Deserialize<BarrierTaskResult>(metric.Json)!.Curve.Barrier;
        return new(
            epoch,
            MeasuredScore.Of(evaluation),
            barrier?.InScore ?? new(0, 0, 0),
            barrier?.ScoreNoise ?? 0,
            MeasuredScore.Chance(evaluation)
        )
        {
            Metric = metric,
        };
    }

    private static SweepTarget Target(
        ImmutableArray<SweepRun> runs,
        double margin,
        TaskSpec pretraining,
        ITaskResults results
    )
    {
        var outcomes = runs.Select(run => (run, Outcome: TrainingOutcome.Read(run.Train, run.Evaluate, results)))
            .ToList();
        var first = runs[0].Run;
        return new(
            first.Target,
            first.Run,
            first.LearningRate,
            margin,
            [
                .. outcomes
                    .GroupBy(one => one.run.Checkpoint)
                    .Select(checkpoint => new OutcomeGroup([.. checkpoint.Select(one => one.Outcome)])),
            ],
            [
                .. outcomes.Select(one => new SweepOutcome(
                    EpochOf(one.run.Checkpoint, pretraining, results),
                    one.run.Run.Seed,
                    one.Outcome
                )
                {
                    Validation = one.run.Validate is { } validate ? results.Read(validate, one.run.Run.Metric) : null,
                }),
            ]
        );
    }

    private static IEnumerable<SweepInstability> Instabilities(
        SweepPlan plan,
        string target,
        TaskSpec pretraining,
        ITaskResults results
    ) =>
        from repeat in plan.Repeats
        where repeat.Run.Run.Target == target
        let barrier = results
            .Read(repeat.Barrier)
            .Deserialize<BarrierTaskResult>(repeat.Run.Run.Metric.Json)!
            .Curve.Barrier
        select new SweepInstability(
            EpochOf(repeat.Run.Checkpoint, pretraining, results),
            barrier.InScore,
            new[] { repeat.Run.Train, repeat.Train }.Any(run => (string?)results.Read(run)["status"] == "diverged"),
            MeasuredScore.IsBeyondChance(results.Read(repeat.Run.Evaluate))
        );

    private static int EpochOf(string checkpoint, TaskSpec pretraining, ITaskResults results) =>
        checkpoint == SweepCheckpoints.Last
            ? (int)results.Read(pretraining)["last"]!
            : int.Parse(checkpoint, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override JsonNode ToJson(SweepResult result) => result.ToJson();

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(SweepResult result) => CheckpointSweepFindings.Find(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(SweepResult result) => CheckpointSweepFigure.Draw(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(SweepResult result) => CheckpointSweepTables.Create(result);

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<CheckpointSweepSettings> finished, SweepResult result)
    {
        var plan = SweepPlan.Create(finished.Study, finished.Settings);
        var run = plan.Runs[0].Run;
        var checkpoints = plan.Measures.Select(measure => measure.Checkpoint);
        return plan.MeasuresSource
            ? new(
                SweepWords.Method.OfEpochs(Metric.Plurals(result.Targets.Select(target => target.Metric)))
                    + SweepWords.Method.OfInstability(finished.Settings),
                SweepWords.Method.EpochSettings(checkpoints, run.Run, run.LearningRate, finished.Settings),
                SweepWords.Method.Sources(finished.Settings),
                SweepWords.Method.EpochCaveats(Metric.Plurals([result.SourceMetric]))
            )
            : new(
                SweepWords.Method.OfFiles(Metric.Plurals([run.Metric]))
                    + SweepWords.Method.OfInstability(finished.Settings),
                SweepWords.Method.FileSettings(checkpoints, run.Run, run.LearningRate, finished.Settings),
                SweepWords.Method.Sources(finished.Settings),
                SweepWords.Method.FileCaveats
            );
    }
}
