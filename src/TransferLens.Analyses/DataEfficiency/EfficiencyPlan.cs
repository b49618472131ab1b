using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>One run on a part of the training images.</summary>
/// <param name="Group">The runs of the study that it follows.</param>
/// <param name="Run">The run of the study that it follows, or is.</param>
/// <param name="Share">Its share of the training images.</param>
/// <param name="Train">Its training task.</param>
/// <param name="Evaluate">Its evaluation.</param>
internal sealed record EfficiencyRun(RunGroup Group, PlannedRun Run, double Share, TaskSpec Train, TaskSpec Evaluate)
{
    /// <summary>Its evaluation on the validation images; null for a target without.</summary>
    public TaskSpec? Validate { get; } =
        Run.ValidationOf(
            Train,
            $"evaluate {Run.Target} {Run.Label} on {EfficiencyWords.Share(Share)}, validation images"
        );
}

/// <summary>The tasks of one target.</summary>
/// <param name="Target">The target.</param>
/// <param name="Pretrained">Runs from P, by share, learning rate and seed.</param>
/// <param name="Random">Runs from random weights.</param>
/// <param name="Probe">Fits the probes; null for none.</param>
internal sealed record EfficiencyPlan(
    string Target,
    ImmutableArray<EfficiencyRun> Pretrained,
    ImmutableArray<EfficiencyRun> Random,
    TaskSpec? Probe
)
{
    /// <summary>Plans the tasks of all targets. Runs on all images are the study's own.</summary>
    /// <exception cref="InputException">The study lacks a run from P or from random weights.</exception>
    public static ImmutableArray<EfficiencyPlan> Create(PlannedStudy study, EfficiencySettings settings)
    {
        var groups = RunGroup.Of(study);
        var pretrained = Find(groups, Initialization.Pretrained, settings.Run, "run");
        var random = Find(groups, Initialization.Random, settings.Scratch, "scratch");
        return
        [
            .. groups
                .Select(group => group.Target)
                .Distinct()
                .Select(target => new EfficiencyPlan(
                    target,
                    Runs(groups, target, pretrained, settings),
                    Runs(groups, target, random, settings),
                    settings.Probe
                        ? ProbeOf(
                            study,
                            groups.First(group => group.Target == target && group.Run == pretrained),
                            settings
                        )
                        : null
                )),
        ];
    }

    /// <summary>All tasks with their roles.</summary>
    public IEnumerable<PlannedTask> Tasks =>
        Pretrained
            .Concat(Random)
            .SelectMany(run =>
                RunTasks.Of(
                    $"{Target} {run.Run.Label} on {EfficiencyWords.Share(run.Share)}",
                    run.Train,
                    run.Evaluate,
                    run.Validate
                )
            )
            .Concat(Probe is null ? [] : [new($"probe {Target}", Probe)]);

    private static string Find(ImmutableArray<RunGroup> groups, Initialization start, string? name, string setting) =>
        groups.FirstOrDefault(group => group.Initialization == start && group.Run == (name ?? group.Run))?.Run
        ?? throw new InputException(EfficiencyWords.NoRun(start == Initialization.Pretrained, setting, name));

    private static ImmutableArray<EfficiencyRun> Runs(
        ImmutableArray<RunGroup> groups,
        string target,
        string name,
        EfficiencySettings settings
    ) =>
        [
            .. from share in settings.AllShares
            from theirs in Used(groups.Where(one => one.Target == target && one.Run == name))
            from run in theirs.Seeds
            select share == 1
                ? new EfficiencyRun(theirs, run, share, run.Train, run.Evaluate)
                : OnPart(theirs, run, share, settings.Equal),
        ];

    // Without validation images nothing chooses a learning rate: the first is used.
    private static IEnumerable<RunGroup> Used(IEnumerable<RunGroup> rates) =>
        rates.All(group => group.Seeds[0].ValidationImages is not null) ? rates : rates.Take(1);

    private static EfficiencyRun OnPart(RunGroup group, PlannedRun run, double share, EqualTraining equal)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var label = $"{run.Target} {run.Label} on {EfficiencyWords.Share(share)}";
        var train = StudyTasks.Train(
            settings with
            {
                Subset = new(share, run.Seed, equal == EqualTraining.Steps),
                Training = settings.Training with { Keep = [], KeepEvery = 0, KeepBest = false },
            },
            run.TrainImages,
            run.TestImages,
            run.Train.Inputs.GetValueOrDefault("pretrained"),
            $"train {label}",
            equal == EqualTraining.Steps ? run.Train.Cost : share * run.Train.Cost
        );
        var evaluate = StudyTasks.Evaluate(
            TaskSettings.Read<EvaluateTaskSettings>(run.Evaluate.Settings),
            train,
            run.TestImages,
            $"evaluate {label}",
            run.Evaluate.Cost
        );
        return new(group, run, share, train, evaluate);
    }

    private static TaskSpec ProbeOf(PlannedStudy study, RunGroup group, EfficiencySettings settings)
    {
        var run = group.Seeds[0];
        return SubsetProbeTask.Declared.CreateTask(
            new SubsetProbeSettings(settings.AllShares, [.. group.Seeds.Select(one => one.Seed)])
            {
                Metric = run.MetricOverride,
            },
            $"probe P on parts of {group.Target}",
            0,
            (SubsetProbeTask.TrainFeatures, ModuleFeaturesTask.Create(study, run, test: false)),
            (SubsetProbeTask.TestFeatures, ModuleFeaturesTask.Create(study, run, test: true)),
            ("train", run.TrainImages),
            ("test", run.TestImages)
        );
    }
}
