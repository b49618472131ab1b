using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>Turns a study into its task graph. Looks at the data, computes nothing; equal studies give equal keys.</summary>
/// <param name="data">What is in the data and the weights.</param>
/// <param name="catalog">Everything that a study may name.</param>
/// <param name="skipBadImages">Leave out images that cannot be decoded.</param>
public sealed class Planner(IPlannedData data, Catalog catalog, bool skipBadImages)
{
    /// <summary>Plans a study.</summary>
    /// <exception cref="InputException">The data does not fit the study, or an analysis' settings are wrong.</exception>
    public Plan Plan(Study study)
    {
        // An unknown analysis is an error before any data are read.
        var analyses = study.Analyses.Select(asked => (Analysis: catalog.Analysis(asked.Key), asked.Value)).ToList();
        study = WithLosses(study);
        var pretraining = Pretraining(study);
        var runs = study
            .Targets.SelectMany(target => Runs(study, target.Key, target.Value, pretraining))
            .ToImmutableArray();
        var planned = new PlannedStudy(study, pretraining, runs) { Catalog = catalog };
        ImmutableArray<PlannedAnalysis> tasks =
        [
            .. analyses.Select(asked => new PlannedAnalysis(
                asked.Analysis.Name,
                asked.Analysis.PlanTasks(planned, asked.Value)
            )),
        ];
        var wanted = runs.SelectMany(run => new[] { run.Train, run.Evaluate })
            .Prepend(pretraining)
            .OfType<TaskSpec>()
            .Concat(tasks.SelectMany(analysis => analysis.Tasks.Select(task => task.Task)));
        return new(study, Ordered(wanted), pretraining, runs, tasks);
    }

    // The loss that nobody chose is what the images ask for; where targets ask for different ones, each training says its own.
    private Study WithLosses(Study study)
    {
        var kinds = study.Targets.Select(target => data.Describe(target.Value.Train).Many).Distinct().ToList();
        var pretrained = study.Pretrained is { Data: { } source, Training: { } own } given
            ? given with
            {
                Training = own.For(data.Describe(source.Train).Many),
            }
            : study.Pretrained;
        return kinds.Count > 1
            ? study with
            {
                Pretrained = pretrained,
            }
            : study with
            {
                Pretrained = pretrained,
                Training = study.Training.For(kinds.Contains(true)),
                Runs =
                [
                    .. study.Runs.Select(run =>
                        KeyValuePair.Create(
                            run.Key,
                            run.Value with
                            {
                                Training = run.Value.Training.For(kinds.Contains(true)),
                            }
                        )
                    ),
                ],
            };
    }

    // Several labels an image are several questions: a loss that makes them compete for one answer is none for them.
    private static TrainingSettings Fitting(TrainingSettings training, bool many, string name)
    {
        var fitting = FittingLoss(training, many, name);
        return fitting is { ClassWeights: not null, Loss: not Loss.CrossEntropy }
            ? throw new InputException(
                $"The training on {name} weights classes, which needs cross-entropy over images of one class each; "
                    + "remove class_weights or use loss: cross_entropy."
            )
            : fitting;
    }

    private static TrainingSettings FittingLoss(TrainingSettings training, bool many, string name) =>
        many && training.Loss == Loss.CrossEntropy
            ? throw new InputException(
                $"The images of {name} may show several labels each, but the loss is cross_entropy, which knows one class an image; write loss: binary_cross_entropy, or leave it out."
            )
            : training.For(many);

    private TaskSpec? Pretraining(Study study)
    {
        if (study.Pretrained is not { } pretrained)
        {
            return null;
        }

        if (pretrained.Weights is { } path)
        {
            return StudyTasks.ImportWeights(
                [.. pretrained.Earlier.Append(path).Select(file => (file, data.WeightsDigest(file, study.Network)))],
                study.Network
            );
        }

        var (train, test, classes, many, cost) = Images(study, "source", pretrained.Data!, pretrained.Training!);
        var settings = new TrainTaskSettings(
            study.Network,
            classes,
            pretrained.Seed,
            pretrained.LearningRate,
            Fitting(pretrained.Training!, many, "the source"),
            study.Images.Normalize,
            null
        );
        return StudyTasks.Train(settings, train, test, null, "train P on the source", cost);
    }

    private IEnumerable<PlannedRun> Runs(Study study, string target, TargetSettings source, TaskSpec? pretraining)
    {
        foreach (var (name, run) in study.Runs)
        {
            var (train, test, classes, many, cost) = Images(study, target, source, run.Training);
            var training = Fitting(run.Training, many, target);
            var metric = study.Metric is { } chosen ? catalog.Metric(chosen) : Metric.DefaultFor(many);
            metric.CheckFits(many, classes);
            foreach (var rate in run.LearningRates)
            {
                foreach (var seed in run.Seeds)
                {
                    var label = run.LearningRates.Length > 1 ? $"{name} lr {rate} s{seed}" : $"{name} s{seed}";
                    var starts = run.Initialization == Initialization.Pretrained ? pretraining : null;
                    var settings = new TrainTaskSettings(
                        study.Network,
                        classes,
                        seed,
                        rate,
                        training,
                        study.Images.Normalize,
                        starts is null ? null : "last"
                    )
                    {
                        InitSeed = run.InitSeed,
                    };
                    var trained = StudyTasks.Train(settings, train, test, starts, $"train {target} {label}", cost);
                    var evaluate = new EvaluateTaskSettings(
                        study.Network,
                        classes,
                        "last",
                        study.Images.Normalize,
                        run.Training.Precision
                    )
                    {
                        Metric = metric == Metric.DefaultFor(many) ? null : metric.Key,
                    };
                    var evaluated = StudyTasks.Evaluate(
                        evaluate,
                        trained,
                        test,
                        $"evaluate {target} {label}",
                        data.Describe(source.Test).Count
                    );
                    yield return new(target, name, run.Initialization, rate, seed, trained, evaluated, train, test)
                    {
                        Label = label,
                        Metric = metric,
                        IsMultiLabel = many,
                    };
                }
            }
        }
    }

    private (TaskSpec Train, TaskSpec Test, int Classes, bool Many, double Cost) Images(
        Study study,
        string name,
        TargetSettings source,
        TrainingSettings training
    )
    {
        var (train, test) = (data.Describe(source.Train), data.Describe(source.Test));
        if (train.Many != test.Many)
        {
            throw new InputException(
                $"The {(train.Many ? "training" : "test")} images of {name} may show several labels each and its {(train.Many ? "test" : "training")} images one class each; give both the same kind of labels."
            );
        }

        if (train.Many && train.Classes.FirstOrDefault(c => !test.Classes.Contains(c)) is { } missing)
        {
            throw new InputException(
                $"The label '{missing}' of {name} is in its training images and not in its test images; give both the same labels."
            );
        }

        if (test.Classes.FirstOrDefault(c => !train.Classes.Contains(c)) is { } stranger)
        {
            throw new InputException(
                $"The class '{stranger}' of {name} is in its test images and not in its training images; remove it from the test images or add training images of it."
            );
        }

        return (
            StudyTasks.Images(
                source.Train,
                train,
                study.Images,
                skipBadImages,
                train.Classes,
                $"decode {name}, training images"
            ),
            StudyTasks.Images(
                source.Test,
                test,
                study.Images,
                skipBadImages,
                train.Classes,
                $"decode {name}, test images"
            ),
            train.Classes.Length,
            train.Many,
            ((double)training.Epochs * ((3.0 * train.Count) + test.Count)) + test.Count
        );
    }

    // Every task once, inputs first.
    private static ImmutableArray<TaskSpec> Ordered(IEnumerable<TaskSpec> wanted)
    {
        var (tasks, seen) = (ImmutableArray.CreateBuilder<TaskSpec>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var task in wanted)
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
}
