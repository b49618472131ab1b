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

namespace TransferLens.Analyses.Mistakes;

/// <summary><see cref="MistakeComparison"/> as part of a study: every pair of trainings on a target, on its test images.</summary>
internal sealed class MistakesAnalysis : Analysis<MistakesSettings, ImmutableArray<TargetMistakes>>
{
    /// <inheritdoc/>
    public override string Name => "mistakes";

    /// <inheritdoc/>
    public override string Title => "Mistakes";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, MistakesSettings settings) =>
        Pairs(study).Select(target => new PlannedTask(target.Key, Task(target.Key, [.. target], settings)));

    private static TaskSpec Task(string target, List<RunPair> pairs, MistakesSettings settings)
    {
        var runs = pairs.SelectMany(pair => new[] { pair.First, pair.Second! }).DistinctBy(run => run.Label);
        var roles = pairs.Select(pair => (ImmutableArray<string>)[Role(pair.First), Role(pair.Second!)]);
        return MistakesTask.Declared.CreateTask(
            new MistakesTaskSettings([.. roles], pairs.IndexOf(Shown(pairs)), settings.Examples),
            $"mistakes on {target}",
            cost: 0,
            [.. runs.Select(run => (Role(run), run.Evaluate)), ("images", pairs[0].First.TestImages)]
        );
    }

    /// <inheritdoc/>
    protected override ImmutableArray<TargetMistakes> Conclude(FinishedAnalysis<MistakesSettings> finished) =>
        [.. Pairs(finished.Study).Select(target => Read(target.Key, [.. target], finished))];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<TargetMistakes> result) =>
        new JsonArray([.. result.SelectMany(target => target.Pairs.Select(pair => pair.ToJson(target.Classes)))]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<TargetMistakes> result) =>
        MistakesFindings.Of([.. result.SelectMany(target => target.Pairs)]);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<TargetMistakes> result) =>
        result.SelectMany(MistakesFigure.Of);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<TargetMistakes> result) =>
        result.SelectMany(target => new[] { MistakesFigure.Table(target), MistakesFigure.Classes(target) });

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<MistakesSettings> finished,
        ImmutableArray<TargetMistakes> result
    ) =>
        new(
            "Test images that both trainings of a pair get wrong (common), only the first, only the second, or none. Error consistency is Cohen's kappa of right and wrong: 0 as for independent classifiers, 1 when the mistakes are on the same images."
                + (result.Any(target => target.IsMultiLabel) ? Decisions : ""),
            $"every pair of trainings, weights of the last epoch; at most {finished.Settings.Examples} images a list; intervals: 1,000 bootstrap resamples of the test images",
            "Neyshabur, Sedghi, Zhang 2020, section 3.2; error consistency: Geirhos, Meding, Wichmann 2020; test: McNemar 1947, exact",
            [
                "Common mistakes grow with the error rates alone; error consistency does not.",
                "McNemar's test compares two trained models, not two ways of training: other seeds may differ more than the test says.",
                "A confident wrong answer may be a wrong label: look at the images.",
            ]
        );

    private const string Decisions =
        " Where images may show several labels, each label of each image is a decision, yes above probability 1/2, and decisions are counted: intervals draw whole images, and McNemar's test is done label by label.";

    private static TargetMistakes Read(string target, List<RunPair> pairs, FinishedAnalysis<MistakesSettings> finished)
    {
        var (measured, results) = (finished.Read(target), finished.Results);
        var compared = pairs
            .Zip(
                measured["pairs"].Deserialize<ImmutableArray<MistakesResult>>(pairs[0].DefaultMetric.Json),
                (pair, result) => new PairMistakes(pair, pair.Diverged(results), result)
            )
            .ToImmutableArray();
        return new(
            compared,
            compared[pairs.IndexOf(Shown(pairs))],
            measured["classes"].Deserialize<ImmutableArray<string>>(StudyJson.Options),
            results.Read(finished.Tasks[target], "images.json").Deserialize<MistakeImages>(StudyJson.Options)!
        );
    }

    // What P-T and RI-T do differently is what the images should show.
    private static RunPair Shown(List<RunPair> pairs) =>
        pairs.FirstOrDefault(pair => !pair.BothPretrained && !pair.BothRandom) ?? pairs[0];

    private static IEnumerable<IGrouping<string, RunPair>> Pairs(PlannedStudy study) =>
        RunPair.Of(study).GroupBy(pair => pair.First.Target);

    private static string Role(PlannedRun run) => $"run {run.Label}";
}
