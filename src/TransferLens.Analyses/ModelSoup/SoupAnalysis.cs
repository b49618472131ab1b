using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModelSoup;

/// <summary><see cref="SoupMeasurement"/> as part of a study: the average of every group of trainings that differ in their seed only.</summary>
internal sealed class SoupAnalysis : Analysis<SoupSettings, ImmutableArray<GroupSoup>>
{
    /// <inheritdoc/>
    public override string Name => "model_soup";

    /// <inheritdoc/>
    public override string Title => "Model soup";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, SoupSettings settings)
    {
        var groups = Groups(study);
        return groups.IsEmpty
            ? throw new InputException(
                $"analyses.{Name} averages training runs that differ only in their seed, but no run has two seeds; "
                    + "write seeds: [1, 2] in a run, or remove the analysis."
            )
            : groups.Select(group => new PlannedTask(Role(group), Soup(study.Study, settings, group)));
    }

    private static TaskSpec Soup(Study study, SoupSettings settings, RunGroup group)
    {
        var (first, training) = (group.Seeds[0], TaskSettings.Read<TrainTaskSettings>(group.Seeds[0].Train.Settings));
        return SoupTask.Declared.CreateTask(
            new SoupTaskSettings(
                study.Network,
                training.Classes,
                settings.RecalibrationImages,
                training.Normalize,
                training.Training.Precision
            )
            {
                Metric = first.ChosenMetric,
            },
            $"soup {group.Target} {group.Label}",
            (2 * first.Evaluate.Cost) + settings.RecalibrationImages,
            [
                .. group.Seeds.SelectMany(
                    (run, i) => new[] { (SolutionSet.Role(i), run.Train), (SoupTask.EvaluationRole(i), run.Evaluate) }
                ),
                ("images", first.TestImages),
                ("recalibrate_on", first.TrainImages),
            ]
        );
    }

    /// <inheritdoc/>
    protected override ImmutableArray<GroupSoup> Conclude(FinishedAnalysis<SoupSettings> finished) =>
        [.. Groups(finished.Study).Select(group => Read(group, finished))];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<GroupSoup> result) =>
        new JsonArray([.. result.Select(soup => soup.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<GroupSoup> result) => SoupFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<GroupSoup> result) => SoupFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<GroupSoup> result) => [SoupFigure.Table(result)];

    /// <inheritdoc/>
    protected override IEnumerable<MadeCheckpoint> Checkpoints(
        FinishedAnalysis<SoupSettings> finished,
        ImmutableArray<GroupSoup> result
    ) =>
        result
            .Where(soup => soup.Result is not null)
            .Select(soup => new MadeCheckpoint(soup.File, finished.Tasks[Role(soup.Group)], SoupTask.SoupFile));

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<SoupSettings> finished, ImmutableArray<GroupSoup> result) =>
        new(
            $"The uniform average of the weights of trainings that differ in their seed only, running statistics of batch normalization recomputed on training images; its {Metric.Names(result.Select(soup => soup.Group.Metric))} on the test images, its gain over the mean and over the best of its members, and the ensemble that averages the members' {(result.Any(soup => soup.Group.IsMultiLabel) ? "probabilities" : "softmax outputs")} instead.",
            $"every run with two seeds or more, weights of the last epoch; recalibrated on at most {finished.Settings.RecalibrationImages} training images; intervals: 1,000 bootstrap resamples of the test images, the same for all models",
            "Wortsman et al. 2022, Model soups, the uniform soup; recalibration: Izmailov et al. 2018, section 3.2",
            [
                "The best member is the best on the test images that it is measured on: choosing it there flatters it, so the gain over the mean is the fairer one.",
                "There is one soup for each group: the intervals say how other test images would change the numbers, not how other seeds would.",
                "The heads start from different random values and are averaged like everything else.",
            ]
        );

    private static GroupSoup Read(RunGroup group, FinishedAnalysis<SoupSettings> finished)
    {
        var made = finished.Read(Role(group));
        ImmutableArray<PlannedRun> members =
        [
            .. made["members"].Deserialize<ImmutableArray<int>>(StudyJson.Options).Select(i => group.Seeds[i]),
        ];
        return new(
            group,
            members,
            members.All(run => MeasuredScore.IsBeyondChance(finished.Results.Read(run.Evaluate))),
            made["soup"].Deserialize<SoupResult>(group.Metric.Json)
        );
    }

    private static ImmutableArray<RunGroup> Groups(PlannedStudy study) =>
        [.. RunGroup.Of(study).Where(group => group.Seeds.Length > 1)];

    private static string Role(RunGroup group) => $"{group.Target} {group.Label}";
}
