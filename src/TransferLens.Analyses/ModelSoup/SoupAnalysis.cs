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

/// <summary>
/// Soups in a study: the average of every group of training runs that differ only in their seed, and for each target
/// with validation images the greedy soup of its runs from P.
/// </summary>
internal sealed class SoupAnalysis : Analysis<SoupSettings, StudySoups>
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
        var (groups, greedy) = (Groups(study), GreedySet.Create(study, settings.Members));
        CheckMembers(study, settings, greedy);
        return groups.IsEmpty && greedy.IsEmpty
            ? throw new InputException(SoupWords.NoSeeds)
            :
            [
                .. groups.Select(group => new PlannedTask(Role(group), Soup(study.Study, settings, group))),
                .. greedy.Select(set => new PlannedTask(Role(set), Greedy(study.Study, settings, set))),
            ];
    }

    // Members that were asked for are not ignored.
    private static void CheckMembers(PlannedStudy study, SoupSettings settings, ImmutableArray<GreedySet> greedy)
    {
        if (settings.Members.IsEmpty || !greedy.IsEmpty)
        {
            return;
        }

        throw new InputException(
            study.Runs.Any(run => run.ValidationImages is not null)
                ? SoupWords.Greedy.TooFewMembers(settings.Members)
                : SoupWords.Greedy.NoValidation
        );
    }

    private static TaskSpec Greedy(Study study, SoupSettings settings, GreedySet set)
    {
        var first = set.Runs[0];
        // Each member: its own score, the soup with it, and the line to it; then the soup on the test images.
        var passes = set.Runs.Length * (2 + GreedyMeasurement.LinePoints);
        var recalibrated = RecalibrationImages.Estimate(first, settings.RecalibrationImages);
        return GreedySoupTask.Declared.CreateTask(
            TaskSettingsOf(study, settings, first),
            $"greedy soup {set.Target}",
            (2 * first.Evaluate.Cost) + (passes * ((first.ValidationCount ?? 0) + recalibrated)),
            [
                .. set.Runs.Select((run, i) => (ModelSet.Role(i), run.Train)),
                .. set.Runs.Select((run, i) => (SoupTask.EvaluationRole(i), run.Evaluate)),
                ("images", first.TestImages),
                (GreedySoupTask.Validation, first.ValidationImages!),
                ("recalibrate_on", first.TrainImages),
            ]
        );
    }

    private static SoupTaskSettings TaskSettingsOf(Study study, SoupSettings settings, PlannedRun first)
    {
        var training = TaskSettings.Read<TrainTaskSettings>(first.Train.Settings);
        return new(
            study.Network,
            training.Classes,
            settings.RecalibrationImages,
            training.Normalize,
            training.Training.Precision
        )
        {
            Metric = first.MetricOverride,
        };
    }

    private static TaskSpec Soup(Study study, SoupSettings settings, RunGroup group)
    {
        var first = group.Seeds[0];
        return SoupTask.Declared.CreateTask(
            TaskSettingsOf(study, settings, first),
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
    protected override StudySoups Conclude(FinishedAnalysis<SoupSettings> finished) =>
        new(
            [.. Groups(finished.Study).Select(group => Read(group, finished))],
            [.. GreedySet.Create(finished.Study, finished.Settings.Members).Select(set => Read(set, finished))]
        );

    /// <inheritdoc/>
    protected override JsonNode ToJson(StudySoups result) =>
        new JsonArray([.. result.Groups.Select(ToJson), .. result.Greedy.Select(soup => soup.ToJson())]);

    private static JsonNode ToJson(GroupSoup soup)
    {
        var entry = JsonSerializer.SerializeToNode(soup, soup.Metric.Json)!.AsObject();
        entry["gains"] = soup.Gains?.ToJson();
        return entry;
    }

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(StudySoups result) =>
        [.. SoupFindings.Find(result.Groups), .. GreedyFindings.Find(result.Greedy)];

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(StudySoups result) => SoupFigure.Draw(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(StudySoups result) =>
        result.Greedy.IsEmpty
            ? [SoupFigure.Table(result.Groups)]
            : [SoupFigure.Table(result.Groups), GreedyTable.Create(result.Greedy)];

    /// <inheritdoc/>
    protected override IEnumerable<MadeCheckpoint> Checkpoints(
        FinishedAnalysis<SoupSettings> finished,
        StudySoups result
    ) =>
        [
            .. result
                .Groups.Where(soup => soup.Soup is not null)
                .Select(soup => new MadeCheckpoint(soup.FileName, finished.Tasks[Role(soup.Group)], SoupTask.SoupFile)),
            .. result
                .Greedy.Where(soup => soup.Soup is not null)
                .Select(soup => new MadeCheckpoint(soup.FileName, finished.Tasks[Role(soup.Set)], SoupTask.SoupFile)),
        ];

    /// <inheritdoc/>
    protected override IEnumerable<ModelOffer> Models(FinishedAnalysis<SoupSettings> finished, StudySoups result) =>
        SoupModels.Offer(result, soup => finished.Tasks[Role(soup.Group)], greedy => finished.Tasks[Role(greedy.Set)]);

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<SoupSettings> finished, StudySoups result) =>
        new(
            SoupWords.Method.Definition(
                Metric.Names(Metrics(result)),
                result.Groups.Any(soup => soup.Group.IsMultiLabel)
                    || result.Greedy.Any(soup => soup.Set.Runs[0].IsMultiLabel)
            ),
            SoupWords.Method.Settings(finished.Settings),
            SoupWords.Method.Source,
            SoupWords.Method.Caveats(
                result.Groups.Any(soup => soup.Soup is { Validation: null }),
                hasGreedy: !result.Greedy.IsEmpty
            )
        );

    private static IEnumerable<Metric> Metrics(StudySoups result) =>
        result.Groups.Select(soup => soup.Metric).Concat(result.Greedy.Select(soup => soup.Metric));

    private static TargetGreedy Read(GreedySet set, FinishedAnalysis<SoupSettings> finished)
    {
        var made = finished.Read(Role(set)).Deserialize<GreedyTaskResult>(set.Runs[0].Metric.Json)!;
        ImmutableArray<PlannedRun> runs = [.. made.Members.Select(i => set.Runs[i])];
        return new(
            set,
            runs,
            runs.All(run => MeasuredScore.IsBeyondChance(finished.Results.Read(run.Evaluate))),
            made.Greedy,
            made.Soup,
            made.Soup is { } soup
                ? SoupScores.Read(finished.Results.Read(finished.Tasks[Role(set)], ScoreFile.Name)).Gains(soup.Best)
                : null
        );
    }

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

    private static string Role(GreedySet set) => $"greedy {set.Target}";
}
