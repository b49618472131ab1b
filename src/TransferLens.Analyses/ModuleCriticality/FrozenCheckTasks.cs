using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The tasks that check by training whether resettable modules can be frozen.</summary>
/// <param name="Group">The runs to check.</param>
/// <param name="Resettable">The task that finds the modules to freeze.</param>
/// <param name="Runs">For each seed, the training task with them frozen and its evaluation.</param>
internal sealed record FrozenCheckTasks(
    RunGroup Group,
    TaskSpec Resettable,
    ImmutableArray<(TaskSpec Train, TaskSpec Evaluate)> Runs
)
{
    /// <summary>All tasks with their roles.</summary>
    public IEnumerable<PlannedTask> Planned =>
        Group
            .Seeds.Zip(Runs, (run, one) => (Name: $"{run.Target} {run.Label}", one.Train, one.Evaluate))
            .SelectMany(one =>
                new PlannedTask[]
                {
                    new($"train frozen {one.Name}", one.Train),
                    new($"evaluate frozen {one.Name}", one.Evaluate),
                }
            )
            .Prepend(new($"resettable {Group.Target} {Group.Label}", Resettable));

    /// <summary>Plans the check of runs from P.</summary>
    /// <param name="group">The runs.</param>
    /// <param name="criticality">Returns the task that rewinds a run on the images that choose the modules.</param>
    /// <param name="network">Name of the network.</param>
    /// <param name="criticalitySettings">The settings of the analysis.</param>
    public static FrozenCheckTasks Create(
        RunGroup group,
        Func<PlannedRun, TaskSpec> criticality,
        string network,
        CriticalitySettings criticalitySettings
    )
    {
        var recalibrationImages = criticalitySettings.RecalibrationImages;
        var first = group.Seeds[0];
        var training = TaskSettings.Read<TrainTaskSettings>(first.Train.Settings);
        var rate = group.Label != group.Run ? $" lr {group.LearningRate}" : "";
        var resettable = ResettableTask.Declared.CreateTask(
            new ResettableTaskSettings(
                network,
                training.Classes,
                [.. group.Seeds.Select(run => run.Seed)],
                criticalitySettings.FreezeShare,
                training.Normalize,
                training.Training.Precision
            )
            {
                Metric = first.MetricOverride,
                RecalibrationImages = recalibrationImages,
            },
            $"resettable modules of {group.Target} {group.Run}{rate}",
            group.Seeds.Length
                * ((3 * first.Evaluate.Cost) + (2 * RecalibrationImages.Estimate(first, recalibrationImages))),
            group
                .Seeds.SelectMany(run =>
                    new[]
                    {
                        ($"training {run.Seed}", run.Train),
                        ($"evaluation {run.Seed}", run.Evaluate),
                        ($"criticality {run.Seed}", criticality(run)),
                    }
                )
                .Prepend(("recalibrate_on", first.TrainImages))
                .Prepend(("images", first.TestImages))
        );
        return new(group, resettable, [.. group.Seeds.Select(run => CreateRun(run, resettable))]);
    }

    private static (TaskSpec Train, TaskSpec Evaluate) CreateRun(PlannedRun run, TaskSpec resettable)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var train = TrainFrozenTask.Declared.CreateTask(
            settings with
            {
                Training = settings.Training with { Keep = [], KeepEvery = 0, KeepBest = false },
            },
            $"train {run.Target} {run.Label} with its resettable modules frozen, if any",
            run.Train.Cost,
            ("train", run.TrainImages),
            ("test", run.TestImages),
            ("pretrained", run.Train.Inputs["pretrained"]),
            ("training", run.Train),
            ("resettable", resettable)
        );
        return (
            train,
            StudyTasks.Evaluate(
                TaskSettings.Read<EvaluateTaskSettings>(run.Evaluate.Settings),
                train,
                run.TestImages,
                $"evaluate {run.Target} {run.Label} with its resettable modules frozen, if any",
                run.Evaluate.Cost
            )
        );
    }
}
