using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary><see cref="CriticalityMeasurement"/> as part of a study: every training, from its initial weights to its last.</summary>
internal sealed class CriticalityAnalysis : Analysis<CriticalitySettings, ImmutableArray<CriticalityGroup>>
{
    // Of a plan's cost only: networks have five to fifty modules.
    private const int TypicalModules = 10;

    /// <inheritdoc/>
    public override string Name => "module_criticality";

    /// <inheritdoc/>
    public override string Title => "Module criticality";

    /// <inheritdoc/>
    protected override CriticalitySettings Check(CriticalitySettings settings, SettingErrors errors) =>
        settings.Sigmas.Any(sigma => sigma > 0)
            ? settings
            : throw errors.Wrong(
                "sigmas",
                "has no number above 0; give standard deviations of the noise, such as [0.01, 0.1]."
            );

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, CriticalitySettings settings)
    {
        var rewound = study.Runs.ToDictionary(run => run, run => Rewind(study, run, settings));
        return
        [
            .. study.Runs.Select(run => new PlannedTask(RewindingRole(run), rewound[run])),
            .. Checks(study, settings, run => rewound[run]).Values.SelectMany(check => check.Planned),
        ];
    }

    private static TaskSpec Rewind(PlannedStudy study, PlannedRun run, CriticalitySettings settings)
    {
        var training = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var (path, alphas) = (settings.Path, settings.PathAlphas);
        var evaluations = path is null
            ? 0
            : Math.Max(alphas.Length, 2) * (1 + (path.Sigmas.Length * path.Draws)) * path.Examples!.Value;
        (string, TaskSpec)[] inputs = [("training", run.Train), ("images", run.TestImages)];
        return CriticalityTask.Declared.CreateTask(
            new CriticalityTaskSettings(
                study.Study.Network,
                training.Classes,
                settings.Paths,
                alphas,
                path,
                training.Normalize,
                training.Training.Precision
            )
            {
                Metric = run.ChosenMetric,
            },
            $"criticality {run.Target} {run.Label}",
            TypicalModules / 2.0 * (run.Evaluate.Cost + evaluations),
            path is null ? inputs : [.. inputs, ("train_images", run.TrainImages)]
        );
    }

    private static string RewindingRole(PlannedRun run) => $"rewind {run.Target} {run.Label}";

    /// <inheritdoc/>
    protected override ImmutableArray<CriticalityGroup> Conclude(FinishedAnalysis<CriticalitySettings> finished)
    {
        var (study, results) = (finished.Study, finished.Results);
        var checks = Checks(study, finished.Settings, run => finished.Tasks[RewindingRole(run)]);
        return
        [
            .. RunGroup
                .Of(study)
                .Select(group => new CriticalityGroup(
                    group,
                    [.. group.Seeds.Select(run => Read(run, results, finished.Read(RewindingRole(run))))],
                    checks.TryGetValue(Place(group), out var check) ? FrozenCheck.Read(check, results) : null
                )),
        ];
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<CriticalityGroup> result) =>
        new JsonArray([.. result.SelectMany(group => group.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<CriticalityGroup> result) =>
        CriticalityFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<CriticalityGroup> result) =>
        CriticalityFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<CriticalityGroup> result) =>
        CriticalityTable.Of(result);

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<CriticalitySettings> finished,
        ImmutableArray<CriticalityGroup> result
    ) =>
        new(
            $"Rewinding: test {Metric.Names(result.Select(group => group.Group.Metric))} with one module, parameters and buffers, back at the value that its training began with, all others trained. "
                + $"mu: the smallest squared distance from that value over squared noise, along the module's path, that keeps the training error at most eps{(result.Any(group => group.Group.IsMultiLabel) ? " (where images may show several labels, 1 - mean AUC)" : "")}; the network's score is the sum over modules."
                + (
                    result.All(group => group.Check is null)
                        ? ""
                        : " The check: those modules before the head whose rewinding shows no loss in any seed are frozen together at P's values and the training is run again; the difference is paired over test images and seeds."
                ),
            Describe(finished.Settings),
            "Zhang, Bengio, Singer 2019; Chatterji, Neyshabur, Sedghi 2020; Neyshabur, Sedghi, Zhang 2020, section 3.5, Figures 5 and 6",
            [
                "In P-T the initial value is P's, but the head's is random: its rewinding says nothing about transfer.",
                "Running statistics of batch normalization are rewound and interpolated with their module; noise is put on parameters only, and nothing is recalibrated.",
                "Modules were rewound one at a time: two that can be spared alone need not be spared together.",
                .. result.All(group => group.Check is null)
                    ? Array.Empty<string>()
                    :
                    [
                        "The frozen trainings have the learning rate, schedule and epochs of the others. Modules were chosen on the test images that the frozen trainings are compared on.",
                    ],
                "mu depends on the grid of positions and sigmas and on eps; compare it between trainings measured alike.",
            ]
        );

    // Of trainings from P alone: what starts at random has no value worth freezing. Those that freeze something already have made their choice.
    private static Dictionary<(string Target, string Run, double LearningRate), FrozenCheckTasks> Checks(
        PlannedStudy study,
        CriticalitySettings settings,
        Func<PlannedRun, TaskSpec> criticality
    )
    {
        return RunGroup
            .Of(study)
            .Where(group =>
                settings.CheckFrozen
                && group.Initialization == Initialization.Pretrained
                && TaskSettings.Read<TrainTaskSettings>(group.Seeds[0].Train.Settings).Training.Freeze is null
            )
            .ToDictionary(Place, group => FrozenCheckTasks.Of(group, criticality, study.Study.Network));
    }

    private static (string Target, string Run, double LearningRate) Place(RunGroup group) =>
        (group.Target, group.Run, group.LearningRate);

    private static TrainingCriticality Read(PlannedRun run, ITaskResults results, JsonNode measured)
    {
        var trained = results.Read(run.Train);
        return new(
            run,
            (string?)trained["status"] == "diverged",
            TrainingCriticality.HasLearned(trained, results.Read(run.Evaluate)),
            measured["rewinding"].Deserialize<RewindingResult>(run.Metric.Json)!,
            measured["path"]?.Deserialize<PathResult>(run.CurveMetric.Json)
        );
    }

    private static string Describe(CriticalitySettings settings) =>
        settings.Path is not { } path
            ? "rewinding on all test images; no path"
            : $"rewinding on all test images; {settings.Paths} path on at most {path.Examples} training images, "
                + (
                    settings.Paths == "direct"
                        ? $"alpha {string.Join(", ", settings.PathAlphas)}"
                        : "the kept epochs of each training"
                )
                + $"; sigma 0, {string.Join(", ", path.Sigmas)}; {path.Draws} draws of the noise, the same for every position and scaled by sigma; "
                + (
                    path.Eps is { } eps
                        ? $"eps {eps}"
                        : $"eps: the trained network's own training error plus {path.Margin}"
                );
}
