using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The tasks that check by training whether what rewinding spares can be frozen.</summary>
/// <param name="Group">The trainings that are checked.</param>
/// <param name="Spared">Which modules are frozen.</param>
/// <param name="Trainings">For each seed, the training with them frozen and its evaluation.</param>
internal sealed record FrozenCheckTasks(
    RunGroup Group,
    TaskSpec Spared,
    ImmutableArray<(TaskSpec Train, TaskSpec Evaluate)> Trainings
)
{
    /// <summary>All of them with their roles.</summary>
    public IEnumerable<PlannedTask> Planned =>
        Group
            .Seeds.Zip(Trainings, (run, one) => (Name: $"{run.Target} {run.Label}", one.Train, one.Evaluate))
            .SelectMany(one =>
                new PlannedTask[]
                {
                    new($"train frozen {one.Name}", one.Train),
                    new($"evaluate frozen {one.Name}", one.Evaluate),
                }
            )
            .Prepend(new($"spared {Group.Target} {Group.Label}", Spared));

    /// <summary>Plans the check of trainings from P.</summary>
    /// <param name="group">The trainings.</param>
    /// <param name="criticality">The task that rewinds each of them.</param>
    /// <param name="network">Name of the network.</param>
    public static FrozenCheckTasks Of(RunGroup group, Func<PlannedRun, TaskSpec> criticality, string network)
    {
        var first = group.Seeds[0];
        var training = TaskSettings.Read<TrainTaskSettings>(first.Train.Settings);
        var several = group.Label != group.Run ? $" lr {group.LearningRate}" : "";
        var spared = new TaskSpec
        {
            Kind = SparedTask.Declared,
            Settings = TaskSettings.Write(
                new SparedTaskSettings(
                    network,
                    training.Classes,
                    [.. group.Seeds.Select(run => run.Seed)],
                    training.Normalize,
                    training.Training.Precision
                )
                {
                    Metric = first.ChosenMetric,
                }
            ),
            Inputs = StudyTasks.Roles([
                ("images", first.TestImages),
                .. group.Seeds.SelectMany(run =>
                    new[]
                    {
                        ($"training {run.Seed}", run.Train),
                        ($"evaluation {run.Seed}", run.Evaluate),
                        ($"criticality {run.Seed}", criticality(run)),
                    }
                ),
            ]),
            Title = $"modules that {group.Target} {group.Run}{several} spares",
            Cost = group.Seeds.Length * first.Evaluate.Cost,
        };
        return new(group, spared, [.. group.Seeds.Select(run => Training(run, spared))]);
    }

    private static (TaskSpec Train, TaskSpec Evaluate) Training(PlannedRun run, TaskSpec spared)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var train = new TaskSpec
        {
            Kind = TrainFrozenTask.Declared,
            Settings = TaskSettings.Write(
                settings with
                {
                    Training = settings.Training with { Keep = [], KeepEvery = 0, KeepBest = false },
                }
            ),
            Inputs = StudyTasks.Roles(
                ("train", run.TrainImages),
                ("test", run.TestImages),
                ("pretrained", run.Train.Inputs["pretrained"]),
                ("training", run.Train),
                ("evaluation", run.Evaluate),
                ("spared", spared)
            ),
            Title = $"train {run.Target} {run.Label}, spared modules frozen",
            Cost = run.Train.Cost,
        };
        return (
            train,
            StudyTasks.Evaluate(
                TaskSettings.Read<EvaluateTaskSettings>(run.Evaluate.Settings),
                train,
                run.TestImages,
                $"evaluate {run.Target} {run.Label}, spared modules frozen",
                run.Evaluate.Cost
            )
        );
    }
}

/// <summary>One training with the spared modules frozen.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Outcome">What it came to.</param>
/// <param name="AboveUnfrozen">How far it ends above the training of the whole network, paired over images.</param>
/// <param name="Together">What rewinding all of them after that training costs; null where that diverged.</param>
internal sealed record FrozenTraining(
    int Seed,
    TrainingOutcome Outcome,
    Estimate AboveUnfrozen,
    RewoundTogether? Together
);

/// <summary>What came of the check.</summary>
/// <param name="Group">The trainings that were checked.</param>
/// <param name="Modules">What was frozen; when empty, nothing was trained.</param>
/// <param name="Trainings">The trainings with them frozen, one a seed; empty when nothing was trained.</param>
/// <param name="CostShare">Multiply-accumulates of a frozen training, divided by those of the whole network's.</param>
internal sealed record FrozenCheck(
    RunGroup Group,
    ImmutableArray<string> Modules,
    ImmutableArray<FrozenTraining> Trainings,
    double CostShare
)
{
    /// <summary>The frozen trainings that did not diverge, beside a training that did not either.</summary>
    public ImmutableArray<FrozenTraining> Sound =>
        [.. Trainings.Where(training => !training.Outcome.Diverged && training.Together is not null)];

    /// <summary>Their scores.</summary>
    public OutcomeGroup Outcome => new([.. Sound.Select(training => training.Outcome)]);

    /// <summary>How far they end above the trainings of the whole network; null without a sound one.</summary>
    public Estimate? AboveUnfrozen => ScoreDifference.Over([.. Sound.Select(training => training.AboveUnfrozen)]);

    /// <summary>What rewinding all of them after training costs; null without a sound one.</summary>
    public Estimate? LostTogether => ScoreDifference.Over([.. Sound.Select(training => training.Together!.ScoreLost)]);

    /// <summary>Reads what the tasks left.</summary>
    public static FrozenCheck Read(FrozenCheckTasks tasks, ITaskResults results)
    {
        var spared = results.Read(tasks.Spared);
        var modules = spared["modules"].Deserialize<ImmutableArray<string>>(StudyJson.Options);
        if (modules.IsEmpty)
        {
            return new(tasks.Group, [], [], 1);
        }

        var together = spared["together"].Deserialize<ImmutableArray<RewoundTogether>>(tasks.Group.Metric.Json);
        return new(
            tasks.Group,
            modules,
            [
                .. tasks.Group.Seeds.Zip(tasks.Trainings, (run, one) =>
                    new FrozenTraining(
                        run.Seed,
                        TrainingOutcome.Read(one.Train, one.Evaluate, results),
                        results.Read(one.Train)["above_unfrozen"].Deserialize<Estimate>(StudyJson.Options)!,
                        together.FirstOrDefault(rewound => rewound.Seed == run.Seed)
                    )
                ),
            ],
            (double)results.Read(tasks.Trainings[0].Train)["cost_share"]!
        );
    }

    /// <summary>As it stands in results.json beside one of the trainings that were checked.</summary>
    /// <param name="seed">That training's seed.</param>
    public JsonObject ToJson(int seed)
    {
        var entry = new JsonObject { ["modules"] = new JsonArray([.. Modules.Select(module => (JsonNode)module)]) };
        if (Trainings.FirstOrDefault(training => training.Seed == seed) is not { } own)
        {
            return entry;
        }

        entry["rewound_together"] = own.Together is null
            ? null
            : new JsonObject
            {
                [Group.Metric.ScoreKey] = own.Together.Score,
                [$"{Group.Metric.ScoreKey}_lost"] = own.Together.ScoreLost.ToJson(),
            };
        own.Outcome.WriteInto(entry);
        entry["above_unfrozen"] = own.AboveUnfrozen.ToJson();
        entry["above_unfrozen_over_seeds"] = AboveUnfrozen?.ToJson();
        entry["cost_share"] = CostShare;
        return entry;
    }
}
