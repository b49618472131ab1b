using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModelSoup;

/// <summary><see cref="SoupMeasurement"/> as part of a study: the average of every group of trainings that differ in their seed only.</summary>
public sealed class SoupAnalysis : IAnalysis
{
    private sealed record Chosen(int RecalibrationImages);

    /// <inheritdoc/>
    public string Name => "model_soup";

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings => ["recalibration_images"];

    /// <inheritdoc/>
    public JsonObject Validate(JsonObject settings) =>
        TaskSettings.Write(new Chosen(new SettingsReader(Name, settings).Integer("recalibration_images", 2000, 2)));

    /// <inheritdoc/>
    public IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings)
    {
        var groups = Groups(study);
        return groups.IsEmpty
            ? throw new InputException(
                $"analyses.{Name} averages trainings that differ in their seed only, but no run has two seeds; write seeds: [1, 2] in a run, or remove the analysis."
            )
            : [.. groups.Select(group => Soup(study.Study, TaskSettings.Read<Chosen>(settings), group))];
    }

    private static TaskSpec Soup(Study study, Chosen chosen, RunGroup group)
    {
        var (first, training) = (group.Seeds[0], TaskSettings.Read<TrainTaskSettings>(group.Seeds[0].Train.Settings));
        return new TaskSpec
        {
            Kind = SoupTask.KindName,
            Version = 1,
            Settings = TaskSettings.Write(
                new SoupTaskSettings(
                    study.Network,
                    training.Classes,
                    chosen.RecalibrationImages,
                    training.Normalize,
                    training.Training.Precision
                )
            ),
            Inputs = StudyTasks.Roles([
                .. group.Seeds.SelectMany(
                    (run, i) => new[] { (SolutionSet.Role(i), run.Train), (SoupTask.EvaluationRole(i), run.Evaluate) }
                ),
                ("images", first.TestImages),
                ("recalibrate_on", first.TrainImages),
            ]),
            Title = $"soup {group.Target} {group.Label}",
            Cost = (2 * first.Evaluate.Cost) + chosen.RecalibrationImages,
        };
    }

    /// <inheritdoc/>
    public AnalysisSection Conclude(
        PlannedStudy study,
        JsonObject settings,
        IReadOnlyList<TaskSpec> tasks,
        ITaskResults results
    )
    {
        ImmutableArray<GroupSoup> soups = [.. Groups(study).Zip(tasks, (group, task) => Read(group, task, results))];
        return new(
            Name,
            "Model soup",
            new JsonArray([.. soups.Select(soup => soup.ToJson())]),
            SoupFindings.Of(soups),
            SoupFigure.Of(soups),
            [SoupFigure.Table(soups)],
            new(
                $"The uniform average of the weights of trainings that differ in their seed only, running statistics of batch normalization recomputed on training images; its {Metric.Names(soups.Select(soup => soup.Group.Metric))} on the test images, its gain over the mean and over the best of its members, and the ensemble that averages the members' {(soups.Any(soup => soup.Group.IsMultiLabel) ? "probabilities" : "softmax outputs")} instead.",
                $"every run with two seeds or more, weights of the last epoch; recalibrated on at most {TaskSettings.Read<Chosen>(settings).RecalibrationImages} training images; intervals: 1,000 bootstrap resamples of the test images, the same for all models",
                "Wortsman et al. 2022, Model soups, the uniform soup; recalibration: Izmailov et al. 2018, section 3.2",
                [
                    "The best member is the best on the test images that it is measured on: choosing it there flatters it, so the gain over the mean is the fairer one.",
                    "There is one soup for each group: the intervals say how other test images would change the numbers, not how other seeds would.",
                    "The heads start from different random values and are averaged like everything else.",
                ]
            )
        )
        {
            Checkpoints =
            [
                .. soups
                    .Zip(tasks)
                    .Where(soup => soup.First.Result is not null)
                    .Select(soup => new MadeCheckpoint(soup.First.File, soup.Second, SoupTask.SoupFile)),
            ],
        };
    }

    private static GroupSoup Read(RunGroup group, TaskSpec task, ITaskResults results)
    {
        var made = results.Read(task);
        ImmutableArray<PlannedRun> members =
        [
            .. made["members"].Deserialize<ImmutableArray<int>>(StudyJson.Options).Select(i => group.Seeds[i]),
        ];
        return new(
            group,
            members,
            members.All(run => MeasuredScore.IsBeyondChance(results.Read(run.Evaluate))),
            made["soup"].Deserialize<SoupResult>(group.Metric.Json)
        );
    }

    private static ImmutableArray<RunGroup> Groups(PlannedStudy study) =>
        [.. RunGroup.Of(study).Where(group => group.Seeds.Length > 1)];
}
