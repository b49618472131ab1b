using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>
/// Creates the task graph of a study. It reads descriptions of the data and computes nothing; equal studies and data
/// give equal keys.
/// </summary>
/// <param name="data">Describes data sets and weights.</param>
/// <param name="catalog">Everything that a study may name.</param>
/// <param name="skipBadImages">Leave out images that cannot be decoded.</param>
internal sealed class Planner(IPlannedData data, Catalog catalog, bool skipBadImages)
{
    /// <summary>Plans a study.</summary>
    /// <exception cref="InputException">The data does not fit the study, or settings of an analysis are
    /// invalid.</exception>
    public Plan Plan(Study study)
    {
        // Look the analyses up first, so that an unknown one is an error before any data is read.
        var analyses = study
            .Analyses.Select(entry => (Analysis: catalog.Analysis(entry.Key), Settings: entry.Value))
            .ToList();
        study = WithDefaultLosses(study);
        var pretraining = Pretraining(study);
        var runs = study
            .Targets.SelectMany(target => Runs(study, target.Key, target.Value, pretraining))
            .ToImmutableArray();
        var planned = new PlannedStudy(study, pretraining, runs) { Catalog = catalog };
        var tasks = analyses
            .Select(entry => new PlannedAnalysis(
                entry.Analysis.Name,
                entry.Analysis.PlanTasks(planned, entry.Settings)
            ))
            .ToImmutableArray();
        var all = runs.SelectMany(run => new[] { run.Train, run.Evaluate, run.Validate })
            .Prepend(pretraining)
            .OfType<TaskSpec>()
            .Concat(tasks.SelectMany(analysis => analysis.Tasks.Select(task => task.Task)));
        return new(study, WithInputs(all), pretraining, runs, tasks)
        {
            Targets = [.. study.Targets.Select(target => Compare(target.Key, target.Value))],
            Source = study.Pretrained?.Data is { } source ? Compare("the pretraining", source) : null,
        };
    }

    private PlannedTarget Compare(string name, TargetSettings images) =>
        PlannedTarget.Create(
            name,
            data.Describe(images.Train),
            data.Describe(images.Test),
            images.Validation is { } validation ? data.Describe(validation) : null
        );

    // A study's training settings get the default loss of its targets, unless these differ; then each run gets its own.
    private Study WithDefaultLosses(Study study)
    {
        var kinds = study.Targets.Select(target => data.Describe(target.Value.Train).IsMultiLabel).Distinct().ToList();
        var pretrained = study.Pretrained;
        if (pretrained is { Data: { } source, Training: { } settings })
        {
            var isMultiLabel = data.Describe(source.Train).IsMultiLabel;
            pretrained = pretrained with { Training = settings.WithDefaultLoss(isMultiLabel) };
        }

        study = study with { Pretrained = pretrained };
        if (kinds.Count > 1)
        {
            return study;
        }

        return study with
        {
            Training = WithLoss(study.Training),
            Runs = [.. study.Runs.Select(run => KeyValuePair.Create(run.Key, WithRunLoss(run.Value)))],
        };

        TrainingSettings WithLoss(TrainingSettings training) => training.WithDefaultLoss(kinds.Contains(true));

        RunSettings WithRunLoss(RunSettings run) => run with { Training = WithLoss(run.Training) };
    }

    private static TrainingSettings CheckLoss(TrainingSettings training, bool isMultiLabel, string name)
    {
        if (isMultiLabel && training.Loss == Loss.CrossEntropy)
        {
            throw new InputException(
                $"The images of {name} are multi-label, but the loss is cross_entropy, which needs one class per image"
                    + "; write loss: binary_cross_entropy, or remove the key."
            );
        }

        var checkedTraining = training.WithDefaultLoss(isMultiLabel);
        return checkedTraining is { ClassWeights: not null, Loss: not Loss.CrossEntropy }
            ? throw new InputException(
                $"The training on {name} weights classes, which needs cross-entropy over images of one class each; "
                    + "remove class_weights or use loss: cross_entropy."
            )
            : checkedTraining;
    }

    private TaskSpec? Pretraining(Study study)
    {
        if (study.Pretrained is not { } pretrained)
        {
            return null;
        }

        if (pretrained.Weights is { } path)
        {
            var files = pretrained
                .Earlier.Append(path)
                .Select(file => (Path: file, Found: data.DescribeWeights(file, pretrained.WeightsKey, study.Network)))
                .ToList();
            // The key of a choice that was made by rule is kept, so that other rules give another task.
            var chosen = files.Select(file => file.Found.Key).Distinct().ToList();
            return StudyTasks.ImportWeights(
                [.. files.Select(file => (file.Path, file.Found.Sha256))],
                pretrained.NameOf(path),
                study.Network,
                pretrained.WeightsKey ?? (chosen.Count == 1 ? chosen[0] : null)
            );
        }

        var images = Images(study, "source", pretrained.Data!, pretrained.Training!);
        var settings = new TrainTaskSettings(
            NetworkOf(study, pretrained.Training!),
            images.Classes,
            pretrained.Seed,
            pretrained.LearningRate,
            CheckLoss(pretrained.Training!, images.IsMultiLabel, "the source"),
            study.Images.Normalize,
            null
        );
        return StudyTasks.Train(
            settings,
            images.Train,
            images.Test,
            null,
            "train P on the source",
            images.Cost,
            images.Validation
        );
    }

    private IEnumerable<PlannedRun> Runs(Study study, string target, TargetSettings source, TaskSpec? pretraining)
    {
        foreach (var (name, run) in study.Runs)
        {
            var images = Images(study, target, source, run.Training);
            var checkedRun = run with { Training = CheckLoss(run.Training, images.IsMultiLabel, target) };
            var metric = study.Metric is { } key ? catalog.Metric(key) : Metric.DefaultFor(images.IsMultiLabel);
            metric.CheckFits(images.IsMultiLabel, images.Classes);
            foreach (var rate in run.LearningRates)
            {
                foreach (var seed in run.Seeds)
                {
                    var label = run.LearningRates.Length > 1 ? $"{name} lr {rate} s{seed}" : $"{name} s{seed}";
                    var trained = Train(study, checkedRun, rate, seed, images, pretraining, $"train {target} {label}");
                    var evaluated = Evaluate(study, run, metric, images, trained, $"evaluate {target} {label}");
                    yield return new(
                        target,
                        name,
                        run.Initialization,
                        rate,
                        seed,
                        trained,
                        evaluated,
                        images.Train,
                        images.Test
                    )
                    {
                        Label = label,
                        Metric = metric,
                        IsMultiLabel = images.IsMultiLabel,
                        TestCount = images.TestCount,
                        ValidationImages = images.Validation,
                        ValidationCount = images.ValidationCount,
                    };
                }
            }
        }
    }

    private static TaskSpec Train(
        Study study,
        RunSettings run,
        double rate,
        int seed,
        PlannedImages images,
        TaskSpec? pretraining,
        string title
    )
    {
        var start = run.Initialization == Initialization.Pretrained ? pretraining : null;
        var settings = new TrainTaskSettings(
            NetworkOf(study, run.Training),
            images.Classes,
            seed,
            rate,
            run.Training,
            study.Images.Normalize,
            start is null ? null : "last"
        )
        {
            InitSeed = run.InitSeed,
        };
        return StudyTasks.Train(settings, images.Train, images.Test, start, title, images.Cost, images.Validation);
    }

    // Groups of modules matter only to training that freezes some, or gives each its own rate.
    private static string NetworkOf(Study study, TrainingSettings training) =>
        training is { Freeze.Length: > 0 } or { LayerDecay: not null } ? study.GroupedNetwork : study.Network;

    private static TaskSpec Evaluate(
        Study study,
        RunSettings run,
        Metric metric,
        PlannedImages images,
        TaskSpec trained,
        string title
    )
    {
        var settings = new EvaluateTaskSettings(
            study.Network,
            images.Classes,
            "last",
            study.Images.Normalize,
            run.Training.Precision
        )
        {
            Metric = metric == Metric.DefaultFor(images.IsMultiLabel) ? null : metric.Key,
        };
        return StudyTasks.Evaluate(settings, trained, images.Test, title, images.TestCount);
    }

    private PlannedImages Images(Study study, string name, TargetSettings source, TrainingSettings training)
    {
        var (train, test) = (data.Describe(source.Train), data.Describe(source.Test));
        CheckClasses(name, train, test, "test");
        var validation = source.Validation is null ? null : data.Describe(source.Validation);
        if (validation is not null)
        {
            CheckClasses(name, train, validation, "validation");
        }

        var tested = Math.Ceiling(training.Epochs / (double)(training.EvaluateEvery ?? 1));
        var evaluated = tested * (test.Count + (validation?.Count ?? 0));
        return new(
            Decode(source.Train, train, "training"),
            Decode(source.Test, test, "test"),
            train.Classes.Length,
            train.IsMultiLabel,
            test.Count,
            (training.Epochs * 3.0 * train.Count) + evaluated + test.Count
        )
        {
            Validation = validation is null ? null : Decode(source.Validation!, validation, "validation"),
            ValidationCount = validation?.Count,
        };

        TaskSpec Decode(DataSource images, ImagesDescription description, string split)
        {
            var title = $"decode {name}, {split} images";
            return StudyTasks.Images(images, description, study.Images, skipBadImages, train.Classes, title);
        }
    }

    private static void CheckClasses(string name, ImagesDescription train, ImagesDescription other, string part)
    {
        if (train.IsMultiLabel != other.IsMultiLabel)
        {
            var (multi, single) = train.IsMultiLabel ? ("training", part) : (part, "training");
            throw new InputException(
                $"The {multi} images of {name} are multi-label, but its {single} images have one class each; "
                    + "give both the same kind of labels."
            );
        }

        if (train.IsMultiLabel && train.Classes.FirstOrDefault(label => !other.Classes.Contains(label)) is { } missing)
        {
            throw new InputException(
                $"The training images of {name} have the label '{missing}', but its {part} images do not; "
                    + "give both the same labels."
            );
        }

        if (other.Classes.FirstOrDefault(label => !train.Classes.Contains(label)) is { } unknown)
        {
            throw new InputException(
                $"The class '{unknown}' of {name} is in its {part} images and not in its training images; "
                    + $"remove it from the {part} images or add training images of it."
            );
        }
    }

    // Adds the inputs of tasks, each task once and after its inputs.
    private static ImmutableArray<TaskSpec> WithInputs(IEnumerable<TaskSpec> requested)
    {
        var (tasks, seen) = (ImmutableArray.CreateBuilder<TaskSpec>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var task in requested)
        {
            Add(task);
        }

        return tasks.ToImmutable();

        void Add(TaskSpec task)
        {
            if (seen.Add(task.Key))
            {
                foreach (var input in task.Inputs.Values)
                {
                    Add(input);
                }

                tasks.Add(task);
            }
        }
    }

    /// <summary>The tasks that decode a data set's images, and what tasks that read them need to know.</summary>
    private sealed record PlannedImages(
        TaskSpec Train,
        TaskSpec Test,
        int Classes,
        bool IsMultiLabel,
        int TestCount,
        double Cost
    )
    {
        /// <summary>The task that decodes the validation images; null without.</summary>
        public TaskSpec? Validation { get; init; }

        /// <summary>Number of validation images; null without.</summary>
        public int? ValidationCount { get; init; }
    }
}
