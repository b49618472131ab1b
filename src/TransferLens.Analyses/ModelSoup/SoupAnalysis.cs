using System.Collections.Immutable;
using System.Text.Json;
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

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Soups in a study: the average of every group of training runs that differ only in their seed.</summary>
internal sealed class SoupAnalysis : Analysis<SoupSettings, ImmutableArray<GroupSoup>>
{
    /// <inheritdoc/>
    public override string Name => "model_soup";

    /// <inheritdoc/>
    public override string Title => "Model soup";

    /// <inheritdoc/>
    public override string ModelWord => SoupModels.Word;

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, SoupSettings settings)
    {
        var groups = Groups(study);
        return groups.IsEmpty
            ? throw new InputException(SoupWords.NoSeeds)
            : groups.Select(group => new PlannedTask(Role(group), Soup(study.Study, settings, group)));
    }

    private static TaskSpec Soup(Study study, SoupSettings settings, RunGroup group)
    {
        var first = group.Seeds[0];
        var training = TaskSettings.Read<TrainTaskSettings>(first.Train.Settings);
        return SoupTask.Declared.CreateTask(
            new SoupTaskSettings(
                study.Network,
                training.Classes,
                settings.RecalibrationImages,
                training.Normalize,
                training.Training.Precision
            )
            {
                Metric = first.MetricOverride,
            },
            $"soup {group.Target} {group.Label}",
            (2 * first.Evaluate.Cost) + RecalibrationImages.Estimate(first, settings.RecalibrationImages),
            [
                .. group.Seeds.Select((run, i) => (ModelSet.Role(i), run.Train)),
                .. group.Seeds.Select((run, i) => (SoupTask.EvaluationRole(i), run.Evaluate)),
                .. group.Seeds.SelectMany((run, i) => Validation(run, i)),
                ("images", first.TestImages),
                ("recalibrate_on", first.TrainImages),
            ]
        );
    }

    private static IEnumerable<(string, TaskSpec)> Validation(PlannedRun run, int i) =>
        run.Validate is { } validate ? [(SoupTask.ValidationRole(i), validate)] : [];

    /// <inheritdoc/>
    protected override ImmutableArray<GroupSoup> Conclude(FinishedAnalysis<SoupSettings> finished) =>
        [.. Groups(finished.Study).Select(group => Read(group, finished))];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<GroupSoup> result) => new JsonArray([.. result.Select(ToJson)]);

    private static JsonNode ToJson(GroupSoup soup)
    {
        var entry = JsonSerializer.SerializeToNode(soup, soup.Metric.Json)!.AsObject();
        entry["gains"] = soup.Gains?.ToJson();
        return entry;
    }

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<GroupSoup> result) => SoupFindings.Find(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<GroupSoup> result) => SoupFigure.Draw(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<GroupSoup> result) => [SoupFigure.Table(result)];

    /// <inheritdoc/>
    protected override IEnumerable<MadeCheckpoint> Checkpoints(
        FinishedAnalysis<SoupSettings> finished,
        ImmutableArray<GroupSoup> result
    ) =>
        result
            .Where(soup => soup.Soup is not null)
            .Select(soup => new MadeCheckpoint(soup.FileName, finished.Tasks[Role(soup.Group)], SoupTask.SoupFile));

    /// <inheritdoc/>
    protected override IEnumerable<ModelOffer> Models(
        FinishedAnalysis<SoupSettings> finished,
        ImmutableArray<GroupSoup> result
    ) => SoupModels.Offer(result, soup => finished.Tasks[Role(soup.Group)]);

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<SoupSettings> finished, ImmutableArray<GroupSoup> result) =>
        new(
            SoupWords.Method.Definition(
                Metric.Names(result.Select(soup => soup.Metric)),
                result.Any(soup => soup.Group.IsMultiLabel)
            ),
            SoupWords.Method.Settings(finished.Settings),
            SoupWords.Method.Source,
            SoupWords.Method.Caveats(result.Any(soup => soup.Soup is { Validation: null }))
        );

    private static GroupSoup Read(RunGroup group, FinishedAnalysis<SoupSettings> finished)
    {
        var made = finished.Read(Role(group)).Deserialize<SoupTaskResult>(group.Metric.Json)!;
        ImmutableArray<PlannedRun> members = [.. made.Members.Select(i => group.Seeds[i])];
        var learned = members.All(run => MeasuredScore.IsBeyondChance(finished.Results.Read(run.Evaluate)));
        return new(group, members, learned, made.Soup)
        {
            Gains = made.Soup is { } soup
                ? SoupScores.Read(finished.Results.Read(finished.Tasks[Role(group)], ScoreFile.Name)).Gains(soup.Best)
                : null,
        };
    }

    private static ImmutableArray<RunGroup> Groups(PlannedStudy study) =>
        [.. RunGroup.Of(study).Where(group => group.Seeds.Length > 1)];

    private static string Role(RunGroup group) => $"{group.Target} {group.Label}";
}
