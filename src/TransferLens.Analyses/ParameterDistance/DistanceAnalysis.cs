using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary><see cref="DistanceMeasurement"/> as part of a study: every pair of trainings on a target, and each training with P.</summary>
internal sealed class DistanceAnalysis : Analysis<DistanceSettings, ImmutableArray<PairDistance>>
{
    /// <inheritdoc/>
    public override string Name => "parameter_distance";

    /// <inheritdoc/>
    public override string Title => "Distance in parameter space";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, DistanceSettings settings) =>
        Pairs(study).Select(target => new PlannedTask(target.Key, Task(study, target)));

    private static TaskSpec Task(PlannedStudy study, IGrouping<string, RunPair> target)
    {
        var runs = target
            .SelectMany(pair => new[] { pair.First, pair.Second })
            .OfType<PlannedRun>()
            .DistinctBy(run => run.Label)
            .ToList();
        var inputs = runs.Select(run => (Role(run), run.Train));
        var classes = TaskSettings.Read<TrainTaskSettings>(runs[0].Train.Settings).Classes;
        var pairs = target.Select(pair => new DistanceTaskPair(
            Role(pair.First),
            Role(pair.Second),
            pair.Second is null
        ));
        return DistanceTask.Declared.CreateTask(
            new DistanceTaskSettings(study.Study.Network, classes, [.. pairs]),
            $"distances on {target.Key}",
            cost: 0,
            study.Pretraining is { } p ? inputs.Append((Role(null), p)) : inputs
        );
    }

    /// <inheritdoc/>
    protected override ImmutableArray<PairDistance> Conclude(FinishedAnalysis<DistanceSettings> finished) =>
        [
            .. Pairs(finished.Study)
                .SelectMany(target =>
                    target.Zip(
                        finished
                            .Read(target.Key)["pairs"]
                            .Deserialize<ImmutableArray<DistanceResult>>(StudyJson.Options),
                        (pair, distance) => new PairDistance(pair, pair.Diverged(finished.Results), distance)
                    )
                ),
        ];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<PairDistance> result) =>
        new JsonArray([.. result.Select(pair => pair.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<PairDistance> result) =>
        DistanceFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<PairDistance> result) => DistanceFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<PairDistance> result) => [DistanceFigure.Table(result)];

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<DistanceSettings> finished,
        ImmutableArray<PairDistance> result
    ) =>
        new(
            "Euclidean distance between the parameters of two solutions, in all and per module; buffers are left out, and so is the head where the two were trained on other data: always between a training and P.",
            "weights of the last epoch",
            "Neyshabur, Sedghi, Zhang 2020, section 3.3 and Table 2",
            [
                "Weights before a normalization can grow without any effect on the function, so compare distances beside the norms.",
                "A distance is exact for two given solutions: no test image enters. Its uncertainty is the range over pairs.",
                "Pairs with a diverged training count in no finding and no bar: its last finite weights were used.",
                "Distances to P leave the head out, since P has another; those between trainings on one target count it.",
            ]
        );

    private static IEnumerable<IGrouping<string, RunPair>> Pairs(PlannedStudy study) =>
        RunPair.Of(study).Concat(RunPair.WithPretrained(study)).GroupBy(pair => pair.First.Target);

    private static string Role(PlannedRun? run) => run is null ? "P" : $"run {run.Label}";
}
