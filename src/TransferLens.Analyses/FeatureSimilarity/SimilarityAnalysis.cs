using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// <see cref="SimilarityMeasurement"/> in a study: every pair of runs on a target, and each run with P.
/// </summary>
internal sealed class SimilarityAnalysis : Analysis<SimilarityStudySettings, ImmutableArray<TargetSimilarity>>
{
    // The estimator needs four images; a resample of so few has too many alike to tell an interval.
    private const int FewestImages = 8;

    /// <inheritdoc/>
    public override string Name => "feature_similarity";

    /// <inheritdoc/>
    public override string Title => "Similarity of features";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, SimilarityStudySettings settings) =>
        Targets(study).Select(runs => new PlannedTask(runs.Key, CreateTask(study, runs, settings)));

    private static TaskSpec CreateTask(
        PlannedStudy study,
        IGrouping<string, PlannedRun> runs,
        SimilarityStudySettings settings
    )
    {
        var training = TaskSettings.Read<TrainTaskSettings>(runs.First().Train.Settings);
        var models = Models(study, runs);
        var examples = settings.Examples ?? runs.First().Evaluate.Cost;
        CheckImages(runs.Key, runs.First().TestCount);
        return SimilarityTask.Declared.CreateTask(
            new SimilarityTaskSettings(
                study.Study.GroupedNetwork,
                [.. models.Select(Role)],
                settings.Examples,
                settings.Pool,
                settings.Memory,
                training.Normalize,
                training.Training.Precision
            )
            {
                Tokens = settings.Tokens,
            },
            $"similarity of features on {runs.Key}",
            examples * models.Length,
            [
                ("images", runs.First().TestImages),
                .. models.Select(run => (Role(run), run?.Train ?? study.Pretraining!)),
            ]
        );
    }

    private static void CheckImages(string target, int? images)
    {
        if (images is < FewestImages)
        {
            throw new InputException(
                $"The analysis feature_similarity needs at least {FewestImages} test images for its intervals, but "
                    + $"{target} has {images}. Give it more test images, or remove the analysis."
            );
        }
    }

    /// <inheritdoc/>
    protected override ImmutableArray<TargetSimilarity> Conclude(FinishedAnalysis<SimilarityStudySettings> finished) =>
        [
            .. Targets(finished.Study)
                .Select(runs =>
                    Read(
                        finished.Study,
                        runs,
                        finished.Read(runs.Key)["similarity"].Deserialize<SimilarityResult>(ResultJson.Options)!,
                        finished.Results
                    ) with
                    {
                        Limit = finished.Settings.Examples,
                    }
                ),
        ];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<TargetSimilarity> result) =>
        new JsonArray([
            .. result.Select(target =>
                JsonSerializer.SerializeToNode(SimilarityEntry.Create(target), ResultJson.Options)
            ),
        ]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<TargetSimilarity> result) =>
        SimilarityFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<TargetSimilarity> result) =>
        SimilarityFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<TargetSimilarity> result) =>
        SimilarityTables.Of(result);

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<SimilarityStudySettings> finished,
        ImmutableArray<TargetSimilarity> result
    ) =>
        new(
            SimilarityWords.Definition,
            SimilarityWords.Settings(finished.Settings, result.Select(Form).Distinct()),
            SimilarityWords.Source,
            [.. SimilarityWords.Caveats]
        );

    private static string Form(TargetSimilarity target) =>
        SimilarityWords.Form(target.Target, target.Measured.Examples, target.Measured.Form == SimilarityForm.Exact);

    private static TargetSimilarity Read(
        PlannedStudy study,
        IGrouping<string, PlannedRun> runs,
        SimilarityResult measured,
        ITaskResults results
    )
    {
        var models = Models(study, runs);
        ImmutableArray<PairSimilarity> pairs =
        [
            .. Pairs(study)
                .Where(pair => pair.First.Target == runs.Key)
                .Select(pair => new PairSimilarity(pair, pair.Diverged(results), Table(pair).Matching())),
        ];
        var betweenRuns = pairs.Where(pair => pair.Pair.Second is not null).Select(pair => pair.Pair).ToList();
        var shown = betweenRuns.FirstOrDefault(pair => pair.BothPretrained)
            ?? betweenRuns.FirstOrDefault()
            ?? pairs.FirstOrDefault()?.Pair;
        return new(runs.Key, [.. models.Select(Label)], measured, pairs, shown is null ? null : (shown, Table(shown)));

        SimilarityTable Table(RunPair pair) =>
            measured.Between(models.IndexOf(pair.First), models.IndexOf(pair.Second));
    }

    // The order of Table 1 in the paper: pairs with P first.
    private static IEnumerable<RunPair> Pairs(PlannedStudy study) =>
        [.. RunPair.WithPretrained(study), .. RunPair.Of(study)];

    private static IEnumerable<IGrouping<string, PlannedRun>> Targets(PlannedStudy study) =>
        study.Runs.GroupBy(run => run.Target);

    // P is the last one, as null.
    private static ImmutableArray<PlannedRun?> Models(PlannedStudy study, IEnumerable<PlannedRun> runs) =>
        study.Pretraining is null ? [.. runs] : [.. runs, null];

    private static string Label(PlannedRun? run) => run?.Label ?? "P";

    private static string Role(PlannedRun? run) => run is null ? "P" : $"run {run.Label}";
}
