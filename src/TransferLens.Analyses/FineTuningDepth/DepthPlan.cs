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
    /// Runs with several learning rates, of which the first is used, since no validation images choose one; another
    /// rate might give another answer.
    /// </summary>
    public ImmutableArray<PlannedRun> FirstOfSeveral { get; private init; } = [];

    /// <summary>
    /// Plans the tasks of all targets. Training the whole network and from scratch are the study's own runs. Where
    /// these have several learning rates and the target has validation images, every rung is trained at each.
    /// </summary>
    /// <param name="study">The study.</param>
    /// <param name="settings">The rungs, the run that they follow and their learning rate.</param>
    /// <param name="analysis">Name of the analysis, for messages.</param>
    /// <exception cref="InputException">The study has no such run, or a rung is unknown.</exception>
    public static ImmutableArray<DepthPlan> Create(PlannedStudy study, DepthSettings settings, string analysis)
    {
        var groups = RunGroup.Of(study);
        var followed = Followed(groups, settings.Run, analysis);
        var ladder = DepthLadder.Create(study, settings, TrainingOf(followed), analysis);
        return
        [
            .. from whole in groups
            where whole.Run == followed.Run && whole.LearningRate == followed.LearningRate
            select CreateTarget(study, settings, groups, whole, ladder),
        ];
    }

    private static DepthPlan CreateTarget(
        PlannedStudy study,
        DepthSettings settings,
        ImmutableArray<RunGroup> groups,
        RunGroup whole,
        DepthLadder ladder
    )
    {
        var wholes = groups.Where(other => other.Target == whole.Target && other.Run == whole.Run).ToList();
        var scratch = groups.FirstOrDefault(other =>
            other.Target == whole.Target && other.Initialization == Initialization.Random && TrainsAll(other)
        );
        var scratches = groups.Where(other => other.Target == whole.Target && other.Run == scratch?.Run).ToList();
        var chooses = whole.Seeds.All(run => run.ValidationImages is not null);
        var runs = ladder
            .Rungs.SelectMany(rung =>
                rung.Name switch
                {
                    DepthChoice.Whole => Own(rung, wholes),
                    DepthChoice.Scratch => Own(rung, scratches),
                    _ when rung.IsPart && settings.LearningRate is { } rate => wholes[0]
                        .Seeds.Select(run => CreateRun(run, rung, ladder.Network, rate, study)),
                    _ => Used(wholes)
                        .SelectMany(group => group.Seeds)
                        .Select(run => CreateRun(run, rung, ladder.Network, run.LearningRate, study)),
                }
            )
            .ToImmutableArray();
        return new(runs, CreateMeasure(study.Study, runs))
        {
            FirstOfSeveral =
            [
                .. from one in new[] { wholes, scratches } where one.Count > 1 && !chooses select one[0].Seeds[0],
            ],
        };

        IEnumerable<RunGroup> Used(IReadOnlyList<RunGroup> rates) => chooses ? rates : rates.Take(1);

        IEnumerable<DepthRun> Own(DepthRungPlan rung, IReadOnlyList<RunGroup> rates) =>
            from rate in Used(rates)
            from run in rate.Seeds
            select new DepthRun(rung, run, run.LearningRate, run.Train, run.Evaluate);
    }

    private static RunGroup Followed(ImmutableArray<RunGroup> groups, string? run, string analysis)
    {
        var candidates = groups
            .Where(one => one.Initialization == Initialization.Pretrained && one.Run == (run ?? one.Run))
            .ToList();
        return candidates.FirstOrDefault(TrainsAll)
            ?? throw new InputException(
                (candidates.FirstOrDefault(), run) switch
                {
                    ({ } part, _) => DepthWords.TrainsPart(analysis, part.Run, TrainingOf(part)),
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

    private static bool TrainsAll(RunGroup group) => TrainingOf(group).TrainsAll;

    private static TrainingSettings TrainingOf(RunGroup group) =>
        TaskSettings.Read<TrainTaskSettings>(group.Seeds[0].Train.Settings).Training;

    private static DepthRun CreateRun(
        PlannedRun run,
        DepthRungPlan rung,
        NetworkDeclaration network,
        double rate,
        PlannedStudy study
    )
    {
        var trainSettings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var label = $"{run.Target} {run.Label}, {rung.Name}";
        var namesModules = !rung.Frozen.IsEmpty || rung.Training.LayerDecay is not null;
        var train = StudyTasks.Train(
            trainSettings with
            {
                Network = namesModules ? network.Name : trainSettings.Network,
                LearningRate = rate,
                Training = rung.Training with { Keep = [], KeepEvery = 0, KeepBest = false },
            },
            run.TrainImages,
            run.TestImages,
            study.Pretraining!,
            $"train {label}",
            rung.EstimatedShare(network) * run.Train.Cost
        );
        return new(
            rung,
            run,
            rate,
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
        var rungs = runs.GroupBy(run => run.Rung.Name)
            .Select(rung => new DepthRungSettings(
                rung.Key,
                TaskSettings.Read<TrainTaskSettings>(rung.First().Train.Settings).Training with
                {
                    Keep = [],
                    KeepEvery = 0,
                    KeepBest = false,
                }
            ));
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
