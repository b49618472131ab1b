using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary><see cref="SimilarityMeasurement"/> as part of a study: every pair of trainings on a target, and each training with P.</summary>
internal sealed class SimilarityAnalysis : Analysis<SimilarityStudySettings, ImmutableArray<TargetSimilarity>>
{
    /// <inheritdoc/>
    public override string Name => "feature_similarity";

    /// <inheritdoc/>
    public override string Title => "Similarity of features";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, SimilarityStudySettings settings) =>
        Targets(study).Select(runs => new PlannedTask(runs.Key, Task(study, runs, settings)));

    private static TaskSpec Task(
        PlannedStudy study,
        IGrouping<string, PlannedRun> runs,
        SimilarityStudySettings settings
    )
    {
        var training = TaskSettings.Read<TrainTaskSettings>(runs.First().Train.Settings);
        var solutions = Solutions(study, runs);
        return SimilarityTask.Declared.CreateTask(
            new SimilarityTaskSettings(
                study.Study.Network,
                [.. solutions.Select(Role)],
                settings.Examples,
                settings.Pool,
                settings.Memory,
                training.Normalize,
                training.Training.Precision
            ),
            $"similarity of features on {runs.Key}",
            settings.Examples * (double)solutions.Length,
            [
                ("images", runs.First().TestImages),
                .. solutions.Select(run => (Role(run), run?.Train ?? study.Pretraining!)),
            ]
        );
    }

    /// <inheritdoc/>
    protected override ImmutableArray<TargetSimilarity> Conclude(FinishedAnalysis<SimilarityStudySettings> finished) =>
        [
            .. Targets(finished.Study)
                .Select(runs =>
                    Read(
                        finished.Study,
                        runs,
                        finished.Read(runs.Key)["similarity"].Deserialize<SimilarityResult>(StudyJson.Options)!,
                        finished.Results
                    )
                ),
        ];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<TargetSimilarity> result) =>
        new JsonArray([.. result.Select(target => target.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<TargetSimilarity> result) =>
        SimilarityFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<TargetSimilarity> result) =>
        SimilarityFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<TargetSimilarity> result) =>
        SimilarityFigure.Tables(result);

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<SimilarityStudySettings> finished,
        ImmutableArray<TargetSimilarity> result
    ) =>
        new(
            "Linear CKA between the outputs of a module in two networks: HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)) of centred Gram matrices K = X X^T, L = Y Y^T. Debiased: about 0 for unrelated features, 1 for equal ones; biased: 0 to 1. Intervals: 95 %, on Fisher's scale, from the jackknife over images, which leaves each out once; that of a mean over modules is the mean of theirs, which is at least as wide as it should be.",
            $"at most {finished.Settings.Examples} test images, the first of each class in turn; {string.Join("; ", result.Select(How).Distinct())}; {(finished.Settings.Pool ? "every channel averaged over height and width" : "outputs flattened")}; weights of the last epoch",
            "Kornblith et al. 2019; Song et al. 2012 for the debiased estimator; Nguyen, Raghu, Kornblith 2021 for minibatches; Arvesen 1969 for the jackknife; Neyshabur, Sedghi, Zhang 2020, section 3.3 and Table 1",
            [
                "The biased estimator is far too high when features outnumber images; read the debiased one. Its interval says where it would lie for other images, as many, and not where the truth is.",
                "Intervals hold the networks fixed: they say how far other images would move a number, the range over pairs how far other trainings would.",
                "A few directions of large variance can decide CKA; equal features need not lie in one basin, and different ones may classify alike.",
                "The head's output are the logits; means over modules leave it out.",
            ]
        );

    private static string How(TargetSimilarity target) =>
        $"{target.Measured.Examples} used on {target.Target}, "
        + (
            target.Measured.Form == SimilarityForm.Exact
                ? "one Gram matrix over all"
                : "averaged over minibatches, debiased only"
        );

    private static TargetSimilarity Read(
        PlannedStudy study,
        IGrouping<string, PlannedRun> runs,
        SimilarityResult measured,
        ITaskResults results
    )
    {
        var solutions = Solutions(study, runs);
        ImmutableArray<PairSimilarity> pairs =
        [
            .. Pairs(study)
                .Where(pair => pair.First.Target == runs.Key)
                .Select(pair => new PairSimilarity(pair, pair.Diverged(results), Table(pair).Matching())),
        ];
        var trainings = pairs.Where(pair => pair.Pair.Second is not null).Select(pair => pair.Pair).ToList();
        var shown = trainings.FirstOrDefault(pair => pair.BothPretrained)
            ?? trainings.FirstOrDefault()
            ?? pairs.FirstOrDefault()?.Pair;
        return new(runs.Key, measured, pairs, shown is null ? null : (shown, Table(shown)));

        SimilarityTable Table(RunPair pair) =>
            measured.Between(solutions.IndexOf(pair.First), solutions.IndexOf(pair.Second));
    }

    // In the order of the paper's Table 1: with P first.
    private static IEnumerable<RunPair> Pairs(PlannedStudy study) =>
        [.. RunPair.WithPretrained(study), .. RunPair.Of(study)];

    private static IEnumerable<IGrouping<string, PlannedRun>> Targets(PlannedStudy study) =>
        study.Runs.GroupBy(run => run.Target);

    // P stands last, as null.
    private static ImmutableArray<PlannedRun?> Solutions(PlannedStudy study, IEnumerable<PlannedRun> runs) =>
        study.Pretraining is null ? [.. runs] : [.. runs, null];

    private static string Role(PlannedRun? run) => run is null ? "P" : $"run {run.Label}";
}
