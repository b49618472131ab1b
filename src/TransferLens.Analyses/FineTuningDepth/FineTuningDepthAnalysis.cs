using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary><see cref="DepthChoice"/> as part of a study: the seeds of one run from P, trained to several depths.</summary>
internal sealed class FineTuningDepthAnalysis : Analysis<DepthSettings, DepthResults>
{
    /// <inheritdoc/>
    public override string Name => "fine_tuning_depth";

    /// <inheritdoc/>
    public override string Title => "How much of the network to train";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, DepthSettings settings) =>
        Tasks(study, settings)
            .SelectMany(target =>
                target
                    .Trainings.SelectMany(training =>
                    {
                        var name = $"{training.Run.Target} {training.Run.Label} {training.Rung}";
                        return new PlannedTask[]
                        {
                            new($"train {name}", training.Train),
                            new($"evaluate {name}", training.Evaluate),
                        };
                    })
                    .Append(new($"measure {target.Trainings[0].Run.Target}", target.Measure))
            );

    /// <inheritdoc/>
    protected override DepthResults Conclude(FinishedAnalysis<DepthSettings> finished)
    {
        var planned = Tasks(finished.Study, finished.Settings);
        return new(
            [.. planned.Select(target => DepthTarget.Read(target.Trainings, target.Measure, finished.Results))],
            FirstOfSeveral(finished.Study, planned)
        );
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(DepthResults result) =>
        new JsonArray([.. result.Targets.Select(target => target.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(DepthResults result) =>
        DepthFindings.Of(result.Targets, result.FirstOfSeveral);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(DepthResults result) => DepthFigure.Of(result.Targets);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(DepthResults result) => DepthFigure.Tables(result.Targets);

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<DepthSettings> finished, DepthResults result)
    {
        var planned = Tasks(finished.Study, finished.Settings);
        var run = planned[0].Trainings.First(training => training.Rung == DepthChoice.Whole).Run;
        return new(
            "Trainings from P alike but for how much of the network is trained; what is not trained is frozen: no gradient, no weight decay, running statistics used and kept. "
                + "Cost: multiply-accumulates of the convolutions and linear layers over all training steps: the forward pass of every module, as many again for the gradient of the weights where they are trained, and for that of a layer's input where something before it is trained. "
                + "No worse than the best: the difference, paired over test images and over seeds, reaches 0 within the wider of its 95 % bootstrap interval and its range over seeds.",
            $"rungs {string.Join(", ", result.Targets[0].Rungs.Select(rung => rung.Name))}; run {run.Run} with {result.Targets[0].Rungs.First(rung => rung.Name == DepthChoice.Whole).Seeds.Length} seeds at learning rate {run.LearningRate}"
                + (
                    finished.Settings.LearningRate is { } rate
                        ? $", partly frozen rungs at {rate}"
                        : ", which holds for partly frozen rungs too"
                )
                + (
                    planned[0].Trainings.FirstOrDefault(training => training.Rung == DepthChoice.Scratch)?.Run
                        is { } scratch
                        ? $"; from scratch {scratch.Run} at {scratch.LearningRate}"
                        : ""
                ),
            "Yosinski et al. 2014; Kornblith, Shlens, Le 2019",
            [
                "Of a run with several learning rates the first that it lists is followed, which need not be its best: the section on learning curves speaks through the best.",
                "Every partly frozen rung has one learning rate and the schedule and epochs of the whole network's training: a linear probe often wants a larger rate and would gain from it.",
                "No worse means that no difference was seen: with few seeds or test images a loss of the size that the finding names may be hidden.",
                $"The best rung is chosen by its {Metric.Names(result.Targets.Select(target => target.Metric))} on the test images, which flatters it a little.",
                "Cost is work, not time: frozen features could be computed once and kept, which would make the head alone cheaper still, and P's own pretraining, evaluation, memory and data loading are left out.",
                "Batch normalization of frozen modules uses the source's statistics; that of trained ones those of the batch.",
            ]
        );
    }

    // Runs of several learning rates, of which the first is followed: another might have answered otherwise.
    private static ImmutableArray<PlannedRun> FirstOfSeveral(
        PlannedStudy study,
        ImmutableArray<(ImmutableArray<DepthTraining> Trainings, TaskSpec Measure)> planned
    ) =>
        [
            .. planned[0]
                .Trainings.Where(training => training.Rung is DepthChoice.Whole or DepthChoice.Scratch)
                .Select(training => training.Run)
                .DistinctBy(run => run.Run)
                .Where(run => study.Runs.Any(other => other.Run == run.Run && other.LearningRate != run.LearningRate)),
        ];

    // The whole network's and the one from scratch are the study's own trainings.
    private ImmutableArray<(ImmutableArray<DepthTraining> Trainings, TaskSpec Measure)> Tasks(
        PlannedStudy study,
        DepthSettings settings
    )
    {
        var groups = RunGroup.Of(study);
        var followed = Followed(groups, settings.Run);
        var modules = study.Catalog.Network(study.Study.Network).Modules;
        var rungs = settings.Rungs.Contains(DepthChoice.Whole)
            ? settings.Rungs
            : [.. settings.Rungs, DepthChoice.Whole];
        var frozen = rungs.ToDictionary(rung => rung, rung => Frozen(study.Study.Network, rung));
        return
        [
            .. from whole in groups.Where(other =>
                other.Run == followed.Run && other.LearningRate == followed.LearningRate
            )
            let scratch = groups.FirstOrDefault(other =>
                other.Target == whole.Target && other.Initialization == Initialization.Random && Freezes(other).IsEmpty
            )
            let trainings = rungs
                .SelectMany(rung =>
                    rung switch
                    {
                        DepthChoice.Scratch => scratch?.Seeds.Select(run => new DepthTraining(
                            rung,
                            [],
                            run,
                            run.Train,
                            run.Evaluate
                        )) ?? [],
                        _ when frozen[rung].IsEmpty => rung == DepthChoice.Whole
                            ? whole.Seeds.Select(run => new DepthTraining(rung, [], run, run.Train, run.Evaluate))
                            : [],
                        _ => whole.Seeds.Select(run =>
                            Training(run, rung, frozen[rung], modules, settings.LearningRate, study.Pretraining!)
                        ),
                    }
                )
                .ToImmutableArray()
            select (trainings, Measure(study.Study, trainings)),
        ];
    }

    private RunGroup Followed(ImmutableArray<RunGroup> groups, string? run)
    {
        var candidates = groups
            .Where(one => one.Initialization == Initialization.Pretrained && one.Run == (run ?? one.Run))
            .ToList();
        return candidates.FirstOrDefault(group => Freezes(group).IsEmpty)
            ?? throw new InputException(
                candidates.Count > 0
                    ? $"analyses.{Name} needs a run that trains the whole network from P, but {candidates[0].Run} freezes {string.Join(", ", Freezes(candidates[0]))}; add a run without freeze, or remove the analysis."
                : run is null
                    ? $"analyses.{Name} trains from P, but no run has init: pretrained; add one to runs, or remove the analysis."
                : $"analyses.{Name}.run is {run}, but no run of that name starts from P; {(groups.Where(group => group.Initialization == Initialization.Pretrained).Select(group => group.Run).Distinct().ToList() is { Count: > 0 } names ? $"write {string.Join(" or ", names)}" : "add one to runs")}."
            );
    }

    private ImmutableArray<string> Frozen(string network, string rung)
    {
        try
        {
            return DepthChoice.Frozen(network, rung);
        }
        catch (InputException wrong)
        {
            throw new InputException($"analyses.{Name}.rungs: {wrong.Message}", wrong);
        }
    }

    private static ImmutableArray<string> Freezes(RunGroup group) =>
        TaskSettings.Read<TrainTaskSettings>(group.Seeds[0].Train.Settings).Training.Freeze ?? [];

    private static DepthTraining Training(
        PlannedRun run,
        string rung,
        ImmutableArray<string> frozen,
        ImmutableArray<string> modules,
        double? rate,
        TaskSpec pretraining
    )
    {
        var trainSettings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var label = $"{run.Target} {run.Run} s{run.Seed}, {rung}";
        // Of a plan's cost only: a forward pass counts one, and the backward pass two for all modules.
        var share = (1 + (2.0 * (modules.Length - frozen.Length) / modules.Length)) / 3;
        var train = StudyTasks.Train(
            trainSettings with
            {
                LearningRate = rate ?? trainSettings.LearningRate,
                Training = trainSettings.Training with
                {
                    Freeze = [.. frozen.Order(StringComparer.Ordinal)],
                    Keep = [],
                    KeepEvery = 0,
                    KeepBest = false,
                },
            },
            run.TrainImages,
            run.TestImages,
            pretraining,
            $"train {label}",
            share * run.Train.Cost
        );
        return new(
            rung,
            frozen,
            run,
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

    private static TaskSpec Measure(Study study, ImmutableArray<DepthTraining> trainings)
    {
        var first = trainings[0].Run;
        var rungs = trainings
            .GroupBy(training => training.Rung)
            .Select(rung =>
            {
                var training = TaskSettings.Read<TrainTaskSettings>(rung.First().Train.Settings).Training;
                return new DepthRungSettings(
                    rung.Key,
                    rung.First().Frozen,
                    training.Epochs,
                    training.BatchSize,
                    [.. rung.Select(one => one.Run.Seed)]
                );
            });
        return DepthTask.Declared.CreateTask(
            new DepthTaskSettings(
                study.Network,
                TaskSettings.Read<TrainTaskSettings>(first.Train.Settings).Classes,
                [.. rungs]
            ),
            $"cost and depth {first.Target}",
            cost: 0,
            [
                ("train", first.TrainImages),
                ("test", first.TestImages),
                .. trainings.SelectMany(one =>
                    new[]
                    {
                        ($"training {one.Rung} {one.Run.Seed}", one.Train),
                        ($"evaluation {one.Rung} {one.Run.Seed}", one.Evaluate),
                    }
                ),
            ]
        );
    }
}
