using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>One fine-tuning run from a checkpoint of P.</summary>
/// <param name="Run">The run of the study that it repeats.</param>
/// <param name="Checkpoint">The epoch of P, or <see cref="SweepCheckpoints.Last"/>.</param>
/// <param name="Train">Its task.</param>
/// <param name="Evaluate">Its evaluation's task.</param>
internal sealed record SweepRun(PlannedRun Run, string Checkpoint, TaskSpec Train, TaskSpec Evaluate)
{
    /// <summary>Its evaluation on the validation images, which choose; null for a target without.</summary>
    public TaskSpec? Validate { get; } =
        Run.ValidationOf(Train, $"evaluate {Run.Target} {Run.Label} from {Checkpoint} of P on validation images");
}

/// <summary>The measurements of a checkpoint of P itself.</summary>
/// <param name="Checkpoint">The epoch of P, or <see cref="SweepCheckpoints.Last"/>.</param>
/// <param name="Evaluate">
/// Its evaluation on the source test images; null when P comes from files and there is no source.
/// </param>
/// <param name="Barrier">The barrier to the last checkpoint there; null for the last one.</param>
internal sealed record SweepMeasure(string Checkpoint, TaskSpec? Evaluate, TaskSpec? Barrier);

/// <summary>
/// A fine-tuning run from a checkpoint of P, repeated from the same weights, head included, with another seed of data
/// order, augmentation and dropout.
/// </summary>
/// <param name="Run">The run, of the first seed.</param>
/// <param name="Train">The repetition.</param>
/// <param name="Barrier">The barrier between the ends of both.</param>
internal sealed record SweepRepeat(SweepRun Run, TaskSpec Train, TaskSpec Barrier);

/// <summary>
/// The tasks of a sweep. Runs from the last checkpoint are the study's own: equal settings are equal tasks.
/// </summary>
/// <param name="Runs">The fine-tuning runs, by target, checkpoint and seed.</param>
/// <param name="Measures">What is measured of P, by checkpoint.</param>
internal sealed record SweepPlan(ImmutableArray<SweepRun> Runs, ImmutableArray<SweepMeasure> Measures)
{
    /// <summary>The runs that are repeated with another data order, by target and checkpoint.</summary>
    public ImmutableArray<SweepRepeat> Repeats { get; init; } = [];

    /// <summary>Whether P is measured on its source; not when it comes from files.</summary>
    public bool MeasuresSource => Measures.All(measure => measure.Evaluate is not null);

    /// <summary>Plans a sweep.</summary>
    /// <exception cref="InputException">P has no earlier checkpoints, or the study has no run from it.</exception>
    public static SweepPlan Create(PlannedStudy study, CheckpointSweepSettings settings)
    {
        var files = Files(study.Pretraining);
        if (study.Pretraining is not { } pretraining || files == 1)
        {
            throw new InputException(SweepWords.Errors.NoCheckpoints(study.Pretraining is not null));
        }

        var source = files > 0 ? null : TaskSettings.Read<TrainTaskSettings>(pretraining.Settings);
        var checkpoints = source is null
            ? SweepCheckpoints.OfFiles(settings.Checkpoints, files)
            : SweepCheckpoints.OfPretraining(settings.Checkpoints, source.Training);
        var repeated = Repeated(study, settings.Run);
        var targets = study
            .Runs.Where(run => run.Run == repeated.Run && run.LearningRate == repeated.LearningRate)
            .GroupBy(run => run.Target);
        ImmutableArray<SweepRun> runs =
        [
            .. from target in targets
            from checkpoint in checkpoints
            from run in target
            select FineTune(run, checkpoint, pretraining),
        ];
        return new(
            runs,
            [
                .. checkpoints.Select(checkpoint =>
                    source is null
                        ? new(checkpoint, null, null)
                        : Measure(study.Study, settings, pretraining, source, checkpoint)
                ),
            ]
        )
        {
            Repeats = settings.Instability
                ?
                [
                    .. runs.GroupBy(run => (run.Run.Target, run.Checkpoint))
                        .Select(seeds => Repeat(seeds.First(), study.Study.Network, settings, pretraining)),
                ]
                : [],
        };
    }

    // 0 when P is trained in the study.
    private static int Files(TaskSpec? pretraining) =>
        pretraining?.Kind.Has(TaskTraits.ImportsWeights) == true
            ? (TaskSettings.Read<ImportWeightsTaskSettings>(pretraining.Settings).Earlier?.Count ?? 0) + 1
            : 0;

    private static PlannedRun Repeated(PlannedStudy study, string? name)
    {
        var pretrained = study.Runs.Where(run => run.Initialization == Initialization.Pretrained).ToList();
        return pretrained.FirstOrDefault(run => run.Run == (name ?? run.Run))
            ?? throw new InputException(
                name is null
                    ? SweepWords.Errors.NoPretrainedRun
                    : SweepWords.Errors.NoSuchRun(name, [.. pretrained.Select(run => run.Run).Distinct()])
            );
    }

    private static SweepRun FineTune(PlannedRun run, string checkpoint, TaskSpec pretraining)
    {
        if (checkpoint == SweepCheckpoints.Last)
        {
            return new(run, checkpoint, run.Train, run.Evaluate);
        }

        var settings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var unit = SweepWords.Unit(epochs: !pretraining.Kind.Has(TaskTraits.ImportsWeights));
        var label = $"{run.Target} {run.Run} s{run.Seed} from {unit} {checkpoint} of P";
        var train = StudyTasks.Train(
            settings with
            {
                Checkpoint = checkpoint,
                Training = settings.Training with { Keep = [], KeepEvery = 0, KeepBest = false },
            },
            run.TrainImages,
            run.TestImages,
            pretraining,
            $"train {label}",
            run.Train.Cost
        );
        var evaluate = StudyTasks.Evaluate(
            TaskSettings.Read<EvaluateTaskSettings>(run.Evaluate.Settings),
            train,
            run.TestImages,
            $"evaluate {label}",
            run.Evaluate.Cost
        );
        return new(run, checkpoint, train, evaluate);
    }

    private static SweepRepeat Repeat(
        SweepRun first,
        string network,
        CheckpointSweepSettings settings,
        TaskSpec pretraining
    )
    {
        var run = first.Run;
        var own = TaskSettings.Read<TrainTaskSettings>(first.Train.Settings);
        var unit = SweepWords.Unit(epochs: !pretraining.Kind.Has(TaskTraits.ImportsWeights));
        var start = first.Checkpoint == SweepCheckpoints.Last ? $"the last {unit}" : $"{unit} {first.Checkpoint}";
        var label = $"{run.Target} {run.Label} from {start} of P";
        var train = StudyTasks.Train(
            own with
            {
                // The weights and the new head stay those of the first seed.
                Seed = own.Seed + 1,
                InitSeed = own.InitSeed ?? own.Seed,
                Training = own.Training with { Keep = [], KeepEvery = 0, KeepBest = false },
            },
            run.TrainImages,
            run.TestImages,
            pretraining,
            $"train {label}, another data order",
            run.Train.Cost
        );
        var lambdas = BarrierMeasurement.Grid(settings.Points);
        var barrier = BarrierTask.Declared.CreateTask(
            new BarrierTaskSettings(
                network,
                own.Classes,
                SweepCheckpoints.Last,
                lambdas,
                settings.RecalibrationImages,
                own.Normalize,
                own.Training.Precision
            )
            {
                Metric = run.MetricOverride,
            },
            $"barrier {label}, two data orders",
            lambdas.Length
                * ((2 * run.Evaluate.Cost) + RecalibrationImages.Estimate(run, settings.RecalibrationImages)),
            ("first", first.Train),
            ("second", train),
            ("images", run.TestImages),
            ("recalibrate_on", run.TrainImages)
        );
        return new(first, train, barrier);
    }

    private static SweepMeasure Measure(
        Study study,
        CheckpointSweepSettings settings,
        TaskSpec pretraining,
        TrainTaskSettings source,
        string checkpoint
    )
    {
        // The number of source test images is not known here; usually it is a fifth of the training images, of which
        // each step costs three.
        var pass = pretraining.Cost / (source.Training.Epochs + 1) / 16;
        var epoch = checkpoint == SweepCheckpoints.Last ? "the last epoch" : $"epoch {checkpoint}";
        var evaluate = StudyTasks.Evaluate(
            new(study.Network, source.Classes, checkpoint, source.Normalize, source.Training.Precision),
            pretraining,
            pretraining.Inputs["test"],
            $"evaluate {epoch} of P on the source",
            pass
        );
        if (checkpoint == SweepCheckpoints.Last)
        {
            return new(checkpoint, evaluate, null);
        }

        var lambdas = BarrierMeasurement.Grid(settings.Points);
        var barrier = BarrierTask.Declared.CreateTask(
            new BarrierTaskSettings(
                study.Network,
                source.Classes,
                checkpoint,
                lambdas,
                settings.RecalibrationImages,
                source.Normalize,
                source.Training.Precision,
                SweepCheckpoints.Last
            ),
            $"barrier between {epoch} and the last epoch of P",
            lambdas.Length * ((2 * pass) + (settings.RecalibrationImages ?? 5 * pass)),
            ("first", pretraining),
            ("second", pretraining),
            ("images", pretraining.Inputs["test"]),
            ("recalibrate_on", pretraining.Inputs["train"])
        );
        return new(checkpoint, evaluate, barrier);
    }
}
