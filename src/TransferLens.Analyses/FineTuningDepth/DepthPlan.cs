using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>The tasks of one target.</summary>
/// <param name="Runs">The runs of all rungs.</param>
/// <param name="Measure">The task that counts the costs of the rungs.</param>
internal sealed record DepthPlan(ImmutableArray<DepthRun> Runs, TaskSpec Measure)
{
    /// <summary>
    /// Runs with several learning rates, of which the first is used; another rate might give another answer.
    /// </summary>
    public static ImmutableArray<PlannedRun> FirstOfSeveral(PlannedStudy study, ImmutableArray<DepthPlan> planned) =>
        [
            .. planned[0]
                .Runs.Where(run => run.Rung is DepthChoice.Whole or DepthChoice.Scratch)
                .Select(run => run.Run)
                .DistinctBy(run => run.Run)
                .Where(run => study.Runs.Any(other => other.Run == run.Run && other.LearningRate != run.LearningRate)),
        ];

    /// <summary>
    /// Plans the tasks of all targets. Training the whole network and from scratch are the study's own runs.
    /// </summary>
    /// <param name="study">The study.</param>
    /// <param name="settings">The rungs, the run that they follow and their learning rate.</param>
    /// <param name="analysis">Name of the analysis, for messages.</param>
    /// <exception cref="InputException">The study has no such run, or a rung is unknown.</exception>
    public static ImmutableArray<DepthPlan> Create(PlannedStudy study, DepthSettings settings, string analysis)
    {
        var groups = RunGroup.Of(study);
        var followed = Followed(groups, settings.Run, analysis);
        var network = study.Catalog.Network(study.Study.GroupedNetwork);
        var rungs = settings.Rungs.Contains(DepthChoice.Whole)
            ? settings.Rungs
            : [.. settings.Rungs, DepthChoice.Whole];
        var frozen = rungs.ToDictionary(rung => rung, rung => Frozen(network, rung, analysis));
        return
        [
            .. from whole in groups.Where(other =>
                other.Run == followed.Run && other.LearningRate == followed.LearningRate
            )
            let scratch = groups.FirstOrDefault(other =>
                other.Target == whole.Target && other.Initialization == Initialization.Random && Freezes(other).IsEmpty
            )
            let runs = rungs
                .SelectMany(rung =>
                    rung switch
                    {
                        DepthChoice.Scratch => scratch?.Seeds.Select(run => new DepthRun(
                            rung,
                            [],
                            run,
                            run.Train,
                            run.Evaluate
                        )) ?? [],
                        _ when frozen[rung].IsEmpty => rung == DepthChoice.Whole
                            ? whole.Seeds.Select(run => new DepthRun(rung, [], run, run.Train, run.Evaluate))
                            : [],
                        _ => whole.Seeds.Select(run =>
                            CreateRun(run, rung, frozen[rung], network, settings.LearningRate, study.Pretraining!)
                        ),
                    }
                )
                .ToImmutableArray()
            select new DepthPlan(runs, CreateMeasure(study.Study, runs)),
        ];
    }

    private static RunGroup Followed(ImmutableArray<RunGroup> groups, string? run, string analysis)
    {
        var candidates = groups
            .Where(one => one.Initialization == Initialization.Pretrained && one.Run == (run ?? one.Run))
            .ToList();
        return candidates.FirstOrDefault(group => Freezes(group).IsEmpty)
            ?? throw new InputException(
                (candidates.FirstOrDefault(), run) switch
                {
                    ({ } frozen, _) =>
                        $"analyses.{analysis} needs a run that trains the whole network from P, but {frozen.Run} "
                            + $"freezes {string.Join(", ", Freezes(frozen))}; "
                            + "add a run without freeze, or remove the analysis.",
                    (_, null) => $"analyses.{analysis} trains from P, but no run has init: pretrained; "
                        + "add one to runs, or remove the analysis.",
                    _ => $"analyses.{analysis}.run is {run}, but no run of that name starts from P; {Instead(groups)}.",
                }
            );
    }

    private static string Instead(ImmutableArray<RunGroup> groups)
    {
        var names = groups
            .Where(group => group.Initialization == Initialization.Pretrained)
            .Select(group => group.Run)
            .Distinct()
            .ToList();
        return names.Count > 0 ? $"write {string.Join(" or ", names)}" : "add one to runs";
    }

    private static ImmutableArray<string> Frozen(NetworkDeclaration network, string rung, string analysis)
    {
        try
        {
            return DepthChoice.Frozen(network, rung);
        }
        catch (InputException wrong)
        {
            throw new InputException($"analyses.{analysis}.rungs: {wrong.Message}", wrong);
        }
    }

    private static ImmutableArray<string> Freezes(RunGroup group) =>
        TaskSettings.Read<TrainTaskSettings>(group.Seeds[0].Train.Settings).Training.Freeze ?? [];

    private static DepthRun CreateRun(
        PlannedRun run,
        string rung,
        ImmutableArray<string> frozen,
        NetworkDeclaration network,
        double? rate,
        TaskSpec pretraining
    )
    {
        var trainSettings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var label = $"{run.Target} {run.Run} s{run.Seed}, {rung}";
        // For the estimated cost: a forward pass counts one, and the backward pass two for all modules.
        var modules = network.Modules;
        var share = (1 + (2.0 * (modules.Length - frozen.Length) / modules.Length)) / 3;
        var train = StudyTasks.Train(
            trainSettings with
            {
                Network = frozen.IsEmpty ? trainSettings.Network : network.Name,
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

    private static TaskSpec CreateMeasure(Study study, ImmutableArray<DepthRun> runs)
    {
        var first = runs[0].Run;
        var rungs = runs.GroupBy(run => run.Rung)
            .Select(rung =>
            {
                var training = TaskSettings.Read<TrainTaskSettings>(rung.First().Train.Settings).Training;
                return new DepthRungSettings(
                    rung.Key,
                    rung.First().Frozen,
                    training.Epochs,
                    training.BatchSize
                );
            });
        return DepthTask.Declared.CreateTask(
            new DepthTaskSettings(
                study.GroupedNetwork,
                TaskSettings.Read<TrainTaskSettings>(first.Train.Settings).Classes,
                [.. rungs]
            ),
            $"cost of fine-tuning depths on {first.Target}",
            cost: 0,
            ("train", first.TrainImages)
        );
    }
}
