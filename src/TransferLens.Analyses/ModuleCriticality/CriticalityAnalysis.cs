using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary><see cref="CriticalityMeasurement"/> as part of a study: every training, from its initial weights to its last.</summary>
public sealed class CriticalityAnalysis : IAnalysis
{
    // Of a plan's cost only: networks have five to fifty modules.
    private const int TypicalModules = 10;

    private sealed record Chosen(string Paths, ImmutableArray<double> Alphas, PathSettings? Path, bool CheckFrozen);

    /// <inheritdoc/>
    public string Name => "module_criticality";

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings =>
        ["paths", "alphas", "sigmas", "examples", "draws", "eps", "margin", "seed", "check_frozen"];

    /// <inheritdoc/>
    public JsonObject Validate(JsonObject settings)
    {
        var reader = new SettingsReader(Name, settings);
        var paths = reader.OneOf("paths", "direct", "none", "direct", "optimization");
        var alphas = reader.Numbers("alphas", PathSettings.DefaultAlphas, 0, 1);
        var path = new PathSettings(
            [.. reader.Numbers("sigmas", PathSettings.DefaultSigmas, 0).Where(sigma => sigma > 0).Order()],
            reader.Integer("draws", 2, 1, 1000),
            reader.Integer("examples", 500, 1),
            settings["eps"] is null ? null : reader.Number("eps", 0, 0, 1),
            reader.Number("margin", 0.01, 0, 1),
            reader.Integer("seed", 0, 0)
        );
        if (path.Sigmas.IsEmpty)
        {
            throw new InputException(
                $"analyses.{Name}.sigmas holds no number above 0; give standard deviations of the noise, such as [0.01, 0.1]."
            );
        }

        // The ends belong to every path. What is not asked for is left out, so that it decides no task's key.
        return TaskSettings.Write(
            new Chosen(
                paths,
                paths == "direct" ? [.. alphas.Append(0).Append(1).Distinct().Order()] : [],
                paths == "none" ? null : path,
                reader.Flag("check_frozen", true)
            )
        );
    }

    /// <inheritdoc/>
    public IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings)
    {
        var chosen = TaskSettings.Read<Chosen>(settings);
        var places = chosen.Path is not { } path
            ? 0
            : Math.Max(chosen.Alphas.Length, 2) * (1 + (path.Sigmas.Length * path.Draws)) * path.Examples!.Value;
        var rewound = study
            .Runs.Select(run =>
            {
                var training = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
                (string, TaskSpec)[] inputs = [("training", run.Train), ("images", run.TestImages)];
                return new TaskSpec
                {
                    Kind = CriticalityTask.KindName,
                    Version = 1,
                    Settings = TaskSettings.Write(
                        new CriticalityTaskSettings(
                            study.Study.Network,
                            training.Classes,
                            chosen.Paths,
                            chosen.Alphas,
                            chosen.Path,
                            training.Normalize,
                            training.Training.Precision
                        )
                    ),
                    Inputs = StudyTasks.Roles([
                        .. inputs,
                        .. chosen.Path is null ? [] : new[] { ("train_images", run.TrainImages) },
                    ]),
                    Title = $"criticality {run.Target} {run.Label}",
                    Cost = TypicalModules / 2.0 * (run.Evaluate.Cost + places),
                };
            })
            .ToList();
        return [.. rewound, .. Checks(study, chosen, rewound).Values.SelectMany(check => check.All)];
    }

    /// <inheritdoc/>
    public AnalysisSection Conclude(
        PlannedStudy study,
        JsonObject settings,
        IReadOnlyList<TaskSpec> tasks,
        ITaskResults results
    )
    {
        var chosen = TaskSettings.Read<Chosen>(settings);
        var measured = study
            .Runs.Zip(tasks, (run, task) => Read(run, results, results.Read(task)))
            .ToDictionary(training => training.Run);
        var checks = Checks(study, chosen, tasks)
            .ToDictionary(check => check.Key, check => FrozenCheck.Read(check.Value, results));
        ImmutableArray<CriticalityGroup> groups =
        [
            .. RunGroup
                .Of(study)
                .Select(group => new CriticalityGroup(
                    group,
                    [.. group.Seeds.Select(run => measured[run])],
                    checks.GetValueOrDefault(Place(group))
                )),
        ];
        return new(
            Name,
            "Module criticality",
            new JsonArray([.. groups.SelectMany(group => group.ToJson())]),
            CriticalityFindings.Of(groups),
            CriticalityFigure.Of(groups),
            CriticalityTable.Of(groups),
            new(
                $"Rewinding: test {Metric.Names(groups.Select(group => group.Group.Metric))} with one module, parameters and buffers, back at the value that its training began with, all others trained. "
                    + $"mu: the smallest squared distance from that value over squared noise, along the module's path, that keeps the training error at most eps{(groups.Any(group => group.Group.IsMultiLabel) ? " (where images may show several labels, 1 - mean AUC)" : "")}; the network's score is the sum over modules."
                    + (
                        checks.Count == 0
                            ? ""
                            : " The check: those modules before the head whose rewinding shows no loss in any seed are frozen together at P's values and the training is run again; the difference is paired over test images and seeds."
                    ),
                Describe(chosen),
                "Zhang, Bengio, Singer 2019; Chatterji, Neyshabur, Sedghi 2020; Neyshabur, Sedghi, Zhang 2020, section 3.5, Figures 5 and 6",
                [
                    "In P-T the initial value is P's, but the head's is random: its rewinding says nothing about transfer.",
                    "Running statistics of batch normalization are rewound and interpolated with their module; noise is put on parameters only, and nothing is recalibrated.",
                    "Modules were rewound one at a time: two that can be spared alone need not be spared together.",
                    .. checks.Count == 0
                        ? Array.Empty<string>()
                        :
                        [
                            "The frozen trainings have the learning rate, schedule and epochs of the others. Modules were chosen on the test images that the frozen trainings are compared on.",
                        ],
                    "mu depends on the grid of positions and sigmas and on eps; compare it between trainings measured alike.",
                ]
            )
        );
    }

    // Of trainings from P alone: what starts at random has no value worth freezing. Those that freeze something already have made their choice.
    private static Dictionary<(string Target, string Run, double LearningRate), FrozenCheckTasks> Checks(
        PlannedStudy study,
        Chosen chosen,
        IReadOnlyList<TaskSpec> rewound
    )
    {
        var criticality = study.Runs.Zip(rewound).ToDictionary(pair => pair.First, pair => pair.Second);
        return RunGroup
            .Of(study)
            .Where(group =>
                chosen.CheckFrozen
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
            measured["path"]?.Deserialize<PathResult>(run.Metric.Json)
        );
    }

    private static string Describe(Chosen chosen) =>
        chosen.Path is not { } path
            ? "rewinding on all test images; no path"
            : $"rewinding on all test images; {chosen.Paths} path on at most {path.Examples} training images, "
                + (
                    chosen.Paths == "direct"
                        ? $"alpha {string.Join(", ", chosen.Alphas)}"
                        : "the kept epochs of each training"
                )
                + $"; sigma 0, {string.Join(", ", path.Sigmas)}; {path.Draws} draws of the noise, the same for every position and scaled by sigma; "
                + (
                    path.Eps is { } eps
                        ? $"eps {eps}"
                        : $"eps: the trained network's own training error plus {path.Margin}"
                );
}
