using System.Collections.Immutable;
using System.Globalization;
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

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary><see cref="CheckpointChoice"/> as part of a study that trains P itself, or has several files of it.</summary>
internal sealed class CheckpointSweepAnalysis : Analysis<CheckpointSweepSettings, SweepResult>
{
    private const string NoWorse =
        "No worse means that no difference beyond the spread was seen: few seeds, or seeds far apart, let an early checkpoint pass. Of a single training the range is the 95 % bootstrap interval, which leaves the spread between trainings out.";

    /// <inheritdoc/>
    public override string Name => "checkpoint_sweep";

    /// <inheritdoc/>
    public override string Title => "Which pretrained checkpoint";

    /// <inheritdoc/>
    protected override CheckpointSweepSettings Check(CheckpointSweepSettings settings, SettingErrors errors)
    {
        return settings with { Checkpoints = [.. settings.Checkpoints.Select(Epoch).Distinct()] };

        string Epoch(string text) =>
            text == CheckpointChoice.Last ? text
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
                ? epoch.ToString(CultureInfo.InvariantCulture)
            : throw errors.Wrong(
                "checkpoints",
                $"contains {text}, but each must be an epoch, counted from 0, or {CheckpointChoice.Last}."
            );
    }

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, CheckpointSweepSettings settings)
    {
        var (trainings, measures) = Tasks(study, settings);
        return
        [
            .. trainings.SelectMany(training =>
            {
                var name = $"{training.Run.Target} {training.Run.Label} from {training.Checkpoint}";
                return new PlannedTask[]
                {
                    new($"train {name}", training.Train),
                    new($"evaluate {name}", training.Evaluate),
                };
            }),
            .. from measure in measures
            from task in new[] { ("evaluate P at", measure.Evaluate), ("barrier of P at", measure.Barrier) }
            where task.Item2 is not null
            select new PlannedTask($"{task.Item1} {measure.Checkpoint}", task.Item2),
        ];
    }

    /// <inheritdoc/>
    protected override SweepResult Conclude(FinishedAnalysis<CheckpointSweepSettings> finished)
    {
        var (study, results) = (finished.Study, finished.Results);
        var (trainings, measures) = Tasks(study, finished.Settings);
        var pretraining = study.Pretraining!;
        return new(
            Source(measures, pretraining, results),
            [
                .. trainings
                    .GroupBy(training => training.Run.Target)
                    .Select(target => Target([.. target], pretraining, results)),
            ],
            pretraining.Inputs.TryGetValue("train", out var images) ? (int)results.Read(images)["images"]! : null
        );
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(SweepResult result) => result.ToJson();

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(SweepResult result) => CheckpointSweepFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(SweepResult result) => CheckpointSweepFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(SweepResult result) => CheckpointSweepFigure.Tables(result);

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<CheckpointSweepSettings> finished, SweepResult result)
    {
        var (trainings, measures) = Tasks(finished.Study, finished.Settings);
        return measures.Any(measure => measure.Evaluate is null)
            ? OfFiles(measures, trainings[0])
            : OfEpochs(result, measures, trainings[0], finished.Settings);
    }

    private static Method OfEpochs(
        SweepResult result,
        ImmutableArray<SweepMeasure> measures,
        SweepTraining training,
        CheckpointSweepSettings settings
    ) =>
        new(
            $"Fine-tunings from several epochs of the pretraining, alike but for where they start. The earliest epoch whose fine-tunings are no worse than the last one's: its range of final test {Metric.Plurals(result.Targets.Select(target => target.Metric))} over seeds reaches that of the last one. The pretraining's final basin: the earliest epoch without a performance barrier to the last one on the source test images, beyond what these leave uncertain: the lower end of its 95 % bootstrap interval is 0.",
            $"epochs {string.Join(", ", measures.Select(measure => measure.Checkpoint))} of the pretraining; run {training.Run.Run} at learning rate {training.Run.LearningRate}; barriers over {settings.Points} points, batch normalization recalibrated on at most {settings.RecalibrationImages} source training images",
            "Neyshabur, Sedghi, Zhang 2020, Figure 7",
            [
                NoWorse,
                "What starting earlier would have saved is counted in epochs of the pretraining, which are alike; schedules that end earlier would give other weights than the kept checkpoints.",
                "There is one pretraining: another seed of it may enter its basin at another epoch.",
                $"Near the start the straight line between two {Metric.Plurals([result.SourceMetric])} rises from chance, and a curve that rises faster has no barrier: look at the figure before calling an untrained epoch a part of the basin.",
                "Epoch 0 is the random weights that the pretraining starts from, with the fine-tuning's learning rate.",
            ]
        );

    // Of a training that was done elsewhere, nothing is known but its checkpoints.
    private static Method OfFiles(ImmutableArray<SweepMeasure> measures, SweepTraining training) =>
        new(
            $"Fine-tunings from several checkpoint files of P, in the order in which the study lists them, alike but for where they start. The earliest file whose fine-tunings are no worse than the last one's: its range of final test {Metric.Plurals([training.Run.Metric])} over seeds reaches that of the last one. What P does on the source and the pretraining's final basin were not measured: P comes from files.",
            $"files {string.Join(", ", measures.Select(measure => measure.Checkpoint))} of P, counted from 0; run {training.Run.Run} at learning rate {training.Run.LearningRate}",
            "Neyshabur, Sedghi, Zhang 2020, Figure 7",
            [
                NoWorse,
                "How much of a pretraining lies before each file is not known here, so neither is what starting from an earlier one would have saved.",
            ]
        );

    // The last checkpoint gives the study's own trainings: equal settings are an equal task.
    private (ImmutableArray<SweepTraining> Trainings, ImmutableArray<SweepMeasure> Measures) Tasks(
        PlannedStudy study,
        CheckpointSweepSettings settings
    )
    {
        var files =
            study.Pretraining is { } imported && imported.Kind.Has(TaskTraits.ImportsWeights)
                ? (TaskSettings.Read<ImportWeightsTaskSettings>(imported.Settings).Earlier?.Count ?? 0) + 1
                : 0;
        if (study.Pretraining is not { } pretraining || files == 1)
        {
            throw new InputException(
                $"analyses.{Name} needs the checkpoints of a pretraining, but {(study.Pretraining is null ? "the study has no P" : "P comes from a file")}; give pretrained the data that P is trained on here, or the files of several checkpoints in order, or remove the analysis."
            );
        }

        var source = files > 0 ? null : TaskSettings.Read<TrainTaskSettings>(pretraining.Settings);
        var checkpoints = source is null
            ? CheckpointChoice.Files(settings.Checkpoints, files)
            : CheckpointChoice.Checkpoints(settings.Checkpoints, source.Training);
        var run = study.Runs.FirstOrDefault(run =>
            run.Initialization == Initialization.Pretrained && run.Run == (settings.Run ?? run.Run)
        )
            ?? throw new InputException(
                settings.Run is null
                    ? $"analyses.{Name} fine-tunes from P, but no run has init: pretrained; add one to runs, or remove the analysis."
                    : $"analyses.{Name}.run is {settings.Run}, but no run of that name starts from P; {(study.Runs.Where(run => run.Initialization == Initialization.Pretrained).Select(run => run.Run).Distinct().ToList() is { Count: > 0 } names ? $"write {string.Join(" or ", names)}" : "add one to runs")}."
            );
        return (
            [
                .. from target in study
                    .Runs.Where(other => other.Run == run.Run && other.LearningRate == run.LearningRate)
                    .GroupBy(other => other.Target)
                from checkpoint in checkpoints
                from seed in target
                select Training(seed, checkpoint, pretraining),
            ],
            [
                .. checkpoints.Select(checkpoint =>
                    source is null
                        ? new(checkpoint, null, null)
                        : Measure(study.Study, settings, pretraining, source, checkpoint)
                ),
            ]
        );
    }

    private static SweepTraining Training(PlannedRun run, string checkpoint, TaskSpec pretraining)
    {
        if (checkpoint == CheckpointChoice.Last)
        {
            return new(run, checkpoint, run.Train, run.Evaluate);
        }

        var trainSettings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var label =
            $"{run.Target} {run.Run} s{run.Seed} from {(pretraining.Kind.Has(TaskTraits.ImportsWeights) ? "file" : "epoch")} {checkpoint} of P";
        var train = StudyTasks.Train(
            trainSettings with
            {
                Checkpoint = checkpoint,
                Training = trainSettings.Training with { Keep = [], KeepEvery = 0, KeepBest = false },
            },
            run.TrainImages,
            run.TestImages,
            pretraining,
            $"train {label}",
            run.Train.Cost
        );
        return new(
            run,
            checkpoint,
            train,
            StudyTasks.Evaluate(
                TaskSettings.Read<EvaluateTaskSettings>(run.Evaluate.Settings),
                train,
                run.TestImages,
                $"evaluate {label}",
                run.Evaluate.Cost
            )
        );
    }

    private static SweepMeasure Measure(
        Study study,
        CheckpointSweepSettings settings,
        TaskSpec pretraining,
        TrainTaskSettings source,
        string checkpoint
    )
    {
        // How many test images the source has is not known here; a fifth of an epoch's training, whose steps count three, is a usual share.
        var (pass, lambdas) = (
            pretraining.Cost / (source.Training.Epochs + 1) / 16,
            BarrierMeasurement.Grid(settings.Points)
        );
        var evaluate = StudyTasks.Evaluate(
            new(study.Network, source.Classes, checkpoint, source.Normalize, source.Training.Precision),
            pretraining,
            pretraining.Inputs["test"],
            $"evaluate epoch {checkpoint} of P on the source",
            pass
        );
        return new(
            checkpoint,
            evaluate,
            checkpoint == CheckpointChoice.Last
                ? null
                : BarrierTask.Declared.CreateTask(
                    new BarrierTaskSettings(
                        study.Network,
                        source.Classes,
                        checkpoint,
                        lambdas,
                        settings.RecalibrationImages,
                        source.Normalize,
                        source.Training.Precision,
                        CheckpointChoice.Last
                    ),
                    $"barrier epoch {checkpoint} of P & last",
                    lambdas.Length * ((2 * pass) + settings.RecalibrationImages),
                    ("first", pretraining),
                    ("second", pretraining),
                    ("images", pretraining.Inputs["test"]),
                    ("recalibrate_on", pretraining.Inputs["train"])
                )
        );
    }

    private static ImmutableArray<SweepSource> Source(
        ImmutableArray<SweepMeasure> measures,
        TaskSpec pretraining,
        ITaskResults results
    )
    {
        if (measures.Any(measure => measure.Evaluate is null))
        {
            return
            [
                .. measures.Select(measure => new SweepSource(
                    EpochOf(measure.Checkpoint, pretraining, results),
                    null,
                    new(0, 0, 0),
                    0,
                    0
                )),
            ];
        }

        var evaluated = measures.Select(measure => results.Read(measure.Evaluate!)).ToList();
        return [.. measures.Zip(evaluated, (measure, evaluation) =>
            {
                var curve = measure.Barrier is null
                    ? null
                    : Barrier(results.Read(measure.Barrier), Metric.ReadFrom(evaluation));
                return new SweepSource(
                    EpochOf(measure.Checkpoint, pretraining, results),
                    MeasuredScore.Of(evaluation),
                    curve?.Barrier ?? new(0, 0, 0),
                    curve?.ScoreInterval?.Noise ?? 0,
                    MeasuredScore.Chance(evaluation)
                )
                {
                    Metric = Metric.ReadFrom(evaluation),
                };
            })];
    }

    private static BarrierCurve Barrier(JsonNode measured, Metric metric) =>
        (measured["recalibrated"] ?? measured["raw"]).Deserialize<BarrierCurve>(metric.Json)!;

    private static SweepTarget Target(
        ImmutableArray<SweepTraining> trainings,
        TaskSpec pretraining,
        ITaskResults results
    )
    {
        var outcomes = trainings
            .Select(training =>
                (
                    training.Checkpoint,
                    training.Run.Seed,
                    Outcome: TrainingOutcome.Read(training.Train, training.Evaluate, results)
                )
            )
            .ToList();
        var run = trainings[0].Run;
        return new(
            run.Target,
            run.Run,
            run.LearningRate,
            [
                .. outcomes
                    .GroupBy(one => one.Checkpoint)
                    .Select(checkpoint => new OutcomeGroup([.. checkpoint.Select(one => one.Outcome)])),
            ],
            [.. outcomes.Select(one => (EpochOf(one.Checkpoint, pretraining, results), one.Seed, one.Outcome))]
        );
    }

    private static int EpochOf(string checkpoint, TaskSpec pretraining, ITaskResults results) =>
        checkpoint == CheckpointChoice.Last
            ? (int)results.Read(pretraining)["last"]!
            : int.Parse(checkpoint, CultureInfo.InvariantCulture);
}
