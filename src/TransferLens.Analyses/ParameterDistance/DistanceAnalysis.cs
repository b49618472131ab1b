using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>
/// <see cref="DistanceMeasurement"/> and <see cref="DisplacementMeasurement"/> in a study: every pair of runs on a
/// target, and each run with P.
/// </summary>
internal sealed class DistanceAnalysis : Analysis<DistanceSettings, ImmutableArray<PairDistance>>
{
    /// <inheritdoc/>
    public override string Name => "parameter_distance";

    /// <inheritdoc/>
    public override string Title => "Distance in parameter space";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, DistanceSettings settings) =>
        Pairs(study).Select(target => new PlannedTask(target.Key, CreateTask(study, target)));

    private static TaskSpec CreateTask(PlannedStudy study, IGrouping<string, RunPair> target)
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
            new DistanceTaskSettings(study.Study.GroupedNetwork, classes, [.. pairs]),
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
                            .Deserialize<ImmutableArray<MeasuredPair>>(ResultJson.Options),
                        (pair, measured) =>
                            new PairDistance(
                                pair,
                                pair.Diverged(finished.Results),
                                measured.Distance,
                                measured.Displacement
                            )
                    )
                ),
        ];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<PairDistance> result) =>
        new JsonArray([
            .. result.Select(pair => JsonSerializer.SerializeToNode(DistanceEntry.Create(pair), ResultJson.Options)),
            .. DistanceComparison.Of(result).Select(target => target.ToJson()),
        ]);

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
    ) => new(DistanceWords.Definition, DistanceWords.Settings, DistanceWords.Source, [.. DistanceWords.Caveats]);

    private static IEnumerable<IGrouping<string, RunPair>> Pairs(PlannedStudy study) =>
        RunPair.Of(study).Concat(RunPair.WithPretrained(study)).GroupBy(pair => pair.First.Target);

    private static string Role(PlannedRun? run) => run is null ? DistanceTask.Pretrained : $"run {run.Label}";
}
