using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Mistakes;

/// <summary><see cref="MistakeComparison"/> in a study: every pair of runs on a target, on its test images.</summary>
internal sealed class MistakesAnalysis : Analysis<MistakesSettings, ImmutableArray<TargetMistakes>>
{
    /// <inheritdoc/>
    public override string Name => "mistakes";

    /// <inheritdoc/>
    public override string Title => "Mistakes";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, MistakesSettings settings) =>
        Pairs(study).Select(target => new PlannedTask(target.Key, CreateTask(target.Key, [.. target], settings)));

    private static TaskSpec CreateTask(string target, List<RunPair> pairs, MistakesSettings settings)
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
        new JsonArray([.. result.SelectMany(MistakesEntry.CreateAll)]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<TargetMistakes> result) =>
        MistakesFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<TargetMistakes> result) =>
        result.SelectMany(MistakesFigure.Of);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<TargetMistakes> result) =>
        result.SelectMany(MistakesTable.Of);

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<MistakesSettings> finished,
        ImmutableArray<TargetMistakes> result
    )
    {
        var added = result.Any(target => target.IsMultiLabel) ? MistakesWords.MultiLabelDefinition : "";
        return new(
            MistakesWords.Definition + added,
            MistakesWords.Settings(finished.Settings.Examples),
            MistakesWords.Source,
            [.. MistakesWords.Caveats]
        );
    }

    private static TargetMistakes Read(string target, List<RunPair> pairs, FinishedAnalysis<MistakesSettings> finished)
    {
        var (measured, results) = (finished.Read(target), finished.Results);
        var scores = results.Read(finished.Tasks[target], ScoreFile.Name);
        var compared = pairs
            .Zip(
                measured["pairs"].Deserialize<ImmutableArray<MistakesResult>>(pairs[0].DefaultMetric.Json),
                (pair, result) => (Pair: pair, Result: result)
            )
            .Select((one, i) => Read(one.Pair, one.Result, i, scores, results))
            .ToImmutableArray();
        return new(
            compared,
            compared[pairs.IndexOf(Shown(pairs))],
            [
                .. RunGroup
                    .Of(finished.Study)
                    .Select(group => Read(group, target, scores, results))
                    .OfType<GroupMistakes>(),
            ],
            measured["classes"].Deserialize<ImmutableArray<string>>(ResultJson.Options),
            results.Read(finished.Tasks[target], "images.json").Deserialize<MistakeImages>(ResultJson.Options)!
        );
    }

    private static PairMistakes Read(
        RunPair pair,
        MistakesResult result,
        int index,
        JsonNode scores,
        ITaskResults results
    ) =>
        new(pair, pair.Diverged(results), result)
        {
            Consistency = MistakeScores.ReadConsistency(scores, index),
            EnsembleGain = MistakeScores.ReadEnsembleGain(scores, index, Role(pair.First), Role(pair.Second!)),
        };

    private static GroupMistakes? Read(RunGroup group, string target, JsonNode scores, ITaskResults results)
    {
        var sound = group.Seeds.Where(run => group.Target == target && !RunPair.Diverged(run, results)).ToList();
        return sound.Count == 0
            ? null
            : new(group, [.. sound.Select(run => MistakeScores.ReadCorrect(scores, Role(run)))]);
    }

    // The images should show what P-T and RI-T do differently.
    private static RunPair Shown(List<RunPair> pairs) => pairs.FirstOrDefault(pair => pair.IsMixed) ?? pairs[0];

    private static IEnumerable<IGrouping<string, RunPair>> Pairs(PlannedStudy study) =>
        RunPair.Of(study).GroupBy(pair => pair.First.Target);

    private static string Role(PlannedRun run) => $"run {run.Label}";
}
