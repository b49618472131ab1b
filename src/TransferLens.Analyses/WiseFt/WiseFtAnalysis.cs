using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.WiseFt;

/// <summary>
/// The line from P in a study: for every group of runs from P, on the target, and on the source where the study trained
/// P itself.
/// </summary>
internal sealed class WiseFtAnalysis : Analysis<WiseFtSettings, ImmutableArray<GroupWiseFt>>
{
    private const string EvaluatePretrained = "evaluate P";

    /// <inheritdoc/>
    public override string Name => "wise_ft";

    /// <inheritdoc/>
    public override string Title => "The line from P: forgetting";

    /// <inheritdoc/>
    public override string ModelWord => WiseFtModels.Word;

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, WiseFtSettings settings)
    {
        var groups = Groups(study);
        if (study.Pretraining is null || groups.IsEmpty)
        {
            throw new InputException(WiseFtWords.NoPretrainedRun);
        }

        var source = SourceOf(study);
        var lines = groups.Select(group => new PlannedTask(Role(group), Line(study, settings, group, source)));
        return source is null ? lines : [new(EvaluatePretrained, source.Evaluate), .. lines];
    }

    private static TaskSpec Line(PlannedStudy study, WiseFtSettings settings, RunGroup group, WiseFtSource? source)
    {
        var first = group.Seeds[0];
        var training = TaskSettings.Read<TrainTaskSettings>(first.Train.Settings);
        var alphas = WiseFtMeasurement.Grid(settings.Points);
        var pass =
            (2 * first.Evaluate.Cost)
            + RecalibrationImages.Estimate(first, settings.RecalibrationImages)
            + (source?.Cost(settings.RecalibrationImages) ?? 0);
        return WiseFtTask.Declared.CreateTask(
            new WiseFtTaskSettings(
                study.Study.Network,
                training.Classes,
                alphas,
                settings.Margin / MarginWords.Points,
                settings.RecalibrationImages,
                training.Normalize,
                training.Training.Precision
            )
            {
                Metric = first.MetricOverride,
            },
            $"line from P to {group.Target} {group.Label}",
            group.Seeds.Length * alphas.Length * pass,
            [
                (WiseFtTask.Pretrained, study.Pretraining!),
                .. group.Seeds.Select((run, i) => (ModelSet.Role(i), run.Train)),
                ("images", first.TestImages),
                ("recalibrate_on", first.TrainImages),
                .. first.ValidationImages is { } validation ? [(WiseFtTask.Validation, validation)] : NoInputs,
                .. source?.Inputs ?? NoInputs,
            ]
        );
    }

    private static (string, TaskSpec)[] NoInputs => [];

    /// <inheritdoc/>
    protected override ImmutableArray<GroupWiseFt> Conclude(FinishedAnalysis<WiseFtSettings> finished) =>
        [.. Groups(finished.Study).Select(group => Read(group, finished))];

    private static GroupWiseFt Read(RunGroup group, FinishedAnalysis<WiseFtSettings> finished)
    {
        var pretrained = SourceOf(finished.Study) is null ? null : finished.Read(EvaluatePretrained);
        var source = pretrained is null ? group.Metric : Metric.ReadFrom(pretrained);
        var result = finished.Read(Role(group));
        var alphas = WiseFtMeasurement.Grid(finished.Settings.Points);
        ImmutableArray<PlannedRun> runs = [.. result["members"]!.AsArray().Select(member => group.Seeds[(int)member!])];
        var scores = finished.Results.Read(finished.Tasks[Role(group)], ScoreFile.Name);
        return new(
            group,
            runs,
            runs.All(run => MeasuredScore.IsBeyondChance(finished.Results.Read(run.Evaluate))),
            pretrained is null ? null : MeasuredScore.IsBeyondChance(pretrained),
            alphas,
            finished.Settings.Margin / MarginWords.Points,
            source,
            [.. result["lines"]!.AsArray().Select(line => WiseFtLines.Read(line!, group.Metric, source))],
            [.. runs.Select((_, k) => WiseFtScores.Read(scores, k, alphas))],
            (int?)result["saved"]
        );
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<GroupWiseFt> result) =>
        new JsonArray([.. result.Select(WiseFtDocument.Create)]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<GroupWiseFt> result) => WiseFtFindings.Find(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<GroupWiseFt> result) => WiseFtFigure.Draw(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<GroupWiseFt> result) => [WiseFtTable.Create(result)];

    /// <inheritdoc/>
    protected override IEnumerable<MadeCheckpoint> Checkpoints(
        FinishedAnalysis<WiseFtSettings> finished,
        ImmutableArray<GroupWiseFt> result
    ) =>
        result
            .Where(group => group.Saved is not null)
            .Select(group => new MadeCheckpoint(
                group.FileName,
                finished.Tasks[Role(group.Group)],
                WiseFtTask.WeightsFile
            ));

    /// <inheritdoc/>
    protected override IEnumerable<ModelOffer> Models(
        FinishedAnalysis<WiseFtSettings> finished,
        ImmutableArray<GroupWiseFt> result
    ) => WiseFtModels.Offer(result, group => finished.Tasks[Role(group.Group)]);

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<WiseFtSettings> finished, ImmutableArray<GroupWiseFt> result) =>
        new(
            WiseFtWords.Method.Definition(Metric.Names(result.Select(group => group.Metric))),
            WiseFtWords.Method.Settings(finished.Settings),
            WiseFtWords.Method.Source,
            WiseFtWords.Method.Caveats(
                hasSource: SourceOf(finished.Study) is not null,
                chosenOnTestImages: result.Any(group => !group.OnValidation)
            )
        );

    private static ImmutableArray<RunGroup> Groups(PlannedStudy study) =>
        [.. RunGroup.Of(study).Where(group => group.Initialization == Initialization.Pretrained)];

    private static WiseFtSource? SourceOf(PlannedStudy study) => WiseFtSource.Create(study);

    private static string Role(RunGroup group) => $"{group.Target} {group.Label}";
}
