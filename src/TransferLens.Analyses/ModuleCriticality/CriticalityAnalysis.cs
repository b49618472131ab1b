using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary><see cref="CriticalityMeasurement"/> in a study: every run, from its initial weights to its last.</summary>
internal sealed class CriticalityAnalysis : Analysis<CriticalitySettings, ImmutableArray<CriticalityGroup>>
{
    // For the estimated cost: networks have five to fifty modules.
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
                "has no number above 0; write standard deviations of the noise, such as [0.01, 0.1]."
            );

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, CriticalitySettings settings)
    {
        var rewound = study.Runs.ToDictionary(run => run, run => Rewind(study, run, settings));
        return
        [
            .. study.Runs.Select(run => new PlannedTask(RewindingRole(run), rewound[run])),
            .. Checks(study, settings, run => Choosing(study, run, settings) ?? rewound[run])
                .Values.SelectMany(check => check.Planned),
        ];
    }

    // Rewinding on the validation images, which chooses the modules to freeze; null for a target without.
    private static TaskSpec? Choosing(PlannedStudy study, PlannedRun run, CriticalitySettings settings) =>
        run.ValidationImages is { } images
            ? Rewind(
                study,
                run,
                settings with
                {
                    Paths = CriticalitySettings.NoPath,
                },
                images,
                $"rewind {run.Target} {run.Label} on validation images",
                run.ValidationCount ?? 0
            )
            : null;

    private static TaskSpec Rewind(PlannedStudy study, PlannedRun run, CriticalitySettings settings) =>
        Rewind(study, run, settings, run.TestImages, $"criticality {run.Target} {run.Label}", run.Evaluate.Cost);

    private static TaskSpec Rewind(
        PlannedStudy study,
        PlannedRun run,
        CriticalitySettings settings,
        TaskSpec images,
        string title,
        double count
    )
    {
        var training = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var (path, alphas) = (settings.Path, settings.PathAlphas);
        var evaluations = path is null
            ? 0
            : Math.Max(alphas.Length, 2) * (1 + (path.Sigmas.Length * path.Draws)) * path.Examples!.Value;
        var recalibration = RecalibrationImages.Estimate(run, settings.RecalibrationImages);
        (string, TaskSpec)[] inputs =
        [
            ("training", run.Train),
            ("images", images),
            ("recalibrate_on", run.TrainImages),
        ];
        return CriticalityTask.Declared.CreateTask(
            new CriticalityTaskSettings(
                study.Study.GroupedNetwork,
                training.Classes,
                settings.Paths,
                alphas,
                path,
                training.Normalize,
                training.Training.Precision
            )
            {
                Metric = run.MetricOverride,
                RecalibrationImages = settings.RecalibrationImages,
            },
            title,
            TypicalModules / 2.0 * (count + evaluations + count + recalibration),
            path is null ? inputs : [.. inputs, ("train_images", run.TrainImages)]
        );
    }

    private static string RewindingRole(PlannedRun run) => $"rewind {run.Target} {run.Label}";

    /// <inheritdoc/>
    protected override ImmutableArray<CriticalityGroup> Conclude(FinishedAnalysis<CriticalitySettings> finished)
    {
        var (study, results) = (finished.Study, finished.Results);
        var checks = Checks(study, finished.Settings, run =>
            Choosing(study, run, finished.Settings) ?? finished.Tasks[RewindingRole(run)]
        );
        return
        [
            .. RunGroup
                .Of(study)
                .Select(group => new CriticalityGroup(
                    group,
                    [.. group.Seeds.Select(run => Read(run, results, finished.Tasks[RewindingRole(run)]))],
                    finished.Settings.FreezeShare,
                    checks.TryGetValue(KeyOf(group), out var check) ? FrozenCheck.Read(check, results) : null
                )),
        ];
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<CriticalityGroup> result)
    {
        var comparisons = result
            .GroupBy(group => group.Group.Target)
            .Select(CriticalityComparison.Of)
            .OfType<CriticalityComparison>()
            .ToDictionary(comparison => comparison.Pretrained);
        return new JsonArray([
            .. from @group in result
            from entry in CriticalityEntry.Create(@group, comparisons.GetValueOrDefault(@group))
            select JsonSerializer.SerializeToNode(entry, @group.Group.Metric.Json),
        ]);
    }

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<CriticalityGroup> result) =>
        CriticalityFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Highlight> Highlights(ImmutableArray<CriticalityGroup> result) =>
        CriticalityFigure.Highlights(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<CriticalityGroup> result) =>
        CriticalityFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<CriticalityGroup> result) =>
        CriticalityTables.Of(result);

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<CriticalitySettings> finished,
        ImmutableArray<CriticalityGroup> result
    )
    {
        var metrics = Metric.Names(result.Select(group => group.Group.Metric));
        var isChecked = result.Any(group => group.Check is not null);
        return new(
            CriticalityWords.Definition(
                metrics,
                result.Any(group => group.Group.IsMultiLabel),
                isChecked ? finished.Settings.FreezeMargin : null,
                result.Any(group => group.IsRecalibrated)
            ),
            CriticalityWords.Settings(finished.Settings),
            CriticalityWords.Source,
            CriticalityWords.Caveats([.. result.Select(group => group.Check).OfType<FrozenCheck>()])
        );
    }

    // Only runs from P that do not freeze anything yet: random initial values are not worth freezing.
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
            .ToDictionary(KeyOf, group =>
                FrozenCheckTasks.Create(group, criticality, study.Study.GroupedNetwork, settings)
            );
    }

    private static (string Target, string Run, double LearningRate) KeyOf(RunGroup group) =>
        (group.Target, group.Run, group.LearningRate);

    private static RunCriticality Read(PlannedRun run, ITaskResults results, TaskSpec task)
    {
        var (trained, measured) = (results.Read(run.Train), results.Read(task));
        var rewinding = measured["rewinding"].Deserialize<RewindingResult>(run.Metric.Json)!;
        return new(
            run,
            (string?)trained["status"] == "diverged",
            MeasuredScore.HasLearned(trained, results.Read(run.Evaluate)),
            rewinding,
            RewindingSamples.Read(results.Read(task, ScoreFile.Name), rewinding),
            measured["path"]?.Deserialize<PathResult>(run.CurveMetric.Json)
        );
    }
}
