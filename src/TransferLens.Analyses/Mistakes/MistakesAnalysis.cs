using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Mistakes;

/// <summary><see cref="MistakeComparison"/> as part of a study: every pair of trainings on a target, on its test images.</summary>
public sealed class MistakesAnalysis : IAnalysis
{
    private sealed record Chosen(int Examples);

    /// <inheritdoc/>
    public string Name => "mistakes";

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings => ["examples"];

    /// <inheritdoc/>
    public JsonObject Validate(JsonObject settings) =>
        TaskSettings.Write(new Chosen(new SettingsReader(Name, settings).Integer("examples", 12, 0, 100)));

    /// <inheritdoc/>
    public IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings) =>
        [
            .. Pairs(study)
                .Select(target =>
                {
                    var pairs = target.ToList();
                    var runs = pairs
                        .SelectMany(pair => new[] { pair.First, pair.Second! })
                        .DistinctBy(run => run.Label);
                    return new TaskSpec
                    {
                        Kind = MistakesTask.KindName,
                        Version = 1,
                        Settings = TaskSettings.Write(
                            new MistakesTaskSettings(
                                [
                                    .. pairs.Select(pair =>
                                        (ImmutableArray<string>)[Role(pair.First), Role(pair.Second!)]
                                    ),
                                ],
                                pairs.IndexOf(Shown(pairs)),
                                TaskSettings.Read<Chosen>(settings).Examples
                            )
                        ),
                        Inputs = StudyTasks.Roles([
                            .. runs.Select(run => (Role(run), run.Evaluate)),
                            ("images", pairs[0].First.TestImages),
                        ]),
                        Title = $"mistakes on {target.Key}",
                    };
                }),
        ];

    /// <inheritdoc/>
    public AnalysisSection Conclude(
        PlannedStudy study,
        JsonObject settings,
        IReadOnlyList<TaskSpec> tasks,
        ITaskResults results
    )
    {
        ImmutableArray<TargetMistakes> targets =
        [
            .. Pairs(study).Zip(tasks, (target, task) => Read([.. target], task, results)),
        ];
        var pairs = targets.SelectMany(target => target.Pairs).ToImmutableArray();
        return new(
            Name,
            "Mistakes",
            new JsonArray([.. targets.SelectMany(target => target.Pairs.Select(pair => pair.ToJson(target.Classes)))]),
            MistakesFindings.Of(pairs),
            [.. targets.SelectMany(MistakesFigure.Of)],
            [.. targets.SelectMany(target => new[] { MistakesFigure.Table(target), MistakesFigure.Classes(target) })],
            new(
                "Test images that both trainings of a pair get wrong (common), only the first, only the second, or none. Error consistency is Cohen's kappa of right and wrong: 0 as for independent classifiers, 1 when the mistakes are on the same images."
                    + (targets.Any(target => target.IsMultiLabel) ? Decisions : ""),
                $"every pair of trainings, weights of the last epoch; at most {TaskSettings.Read<Chosen>(settings).Examples} images a list; intervals: 1,000 bootstrap resamples of the test images",
                "Neyshabur, Sedghi, Zhang 2020, section 3.2; error consistency: Geirhos, Meding, Wichmann 2020; test: McNemar 1947, exact",
                [
                    "Common mistakes grow with the error rates alone; error consistency does not.",
                    "McNemar's test compares two trained models, not two ways of training: other seeds may differ more than the test says.",
                    "A confident wrong answer may be a wrong label: look at the images.",
                ]
            )
        );
    }

    private const string Decisions =
        " Where images may show several labels, each label of each image is a decision, yes above probability 1/2, and decisions are counted: intervals draw whole images, and McNemar's test is done label by label.";

    private static TargetMistakes Read(List<RunPair> pairs, TaskSpec task, ITaskResults results)
    {
        var measured = results.Read(task);
        var compared = pairs
            .Zip(measured["pairs"].Deserialize<ImmutableArray<MistakesResult>>(pairs[0].Metric.Json), (pair, result) =>
                new PairMistakes(pair, pair.Diverged(results), result)
            )
            .ToImmutableArray();
        return new(
            compared,
            compared[pairs.IndexOf(Shown(pairs))],
            measured["classes"].Deserialize<ImmutableArray<string>>(StudyJson.Options),
            results.Read(task, "images.json").Deserialize<MistakeImages>(StudyJson.Options)!
        );
    }

    // What P-T and RI-T do differently is what the images should show.
    private static RunPair Shown(List<RunPair> pairs) =>
        pairs.FirstOrDefault(pair => !pair.BothPretrained && !pair.BothRandom) ?? pairs[0];

    private static IEnumerable<IGrouping<string, RunPair>> Pairs(PlannedStudy study) =>
        RunPair.Of(study).GroupBy(pair => pair.First.Target);

    private static string Role(PlannedRun run) => $"run {run.Label}";
}
