using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary><see cref="DistanceMeasurement"/> as part of a study: every pair of trainings on a target, and each training with P.</summary>
public sealed class DistanceAnalysis : IAnalysis
{
    /// <inheritdoc/>
    public string Name => "parameter_distance";

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings => [];

    /// <inheritdoc/>
    public JsonObject Validate(JsonObject settings) => [];

    /// <inheritdoc/>
    public IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings) =>
        [
            .. Pairs(study)
                .Select(target =>
                {
                    var runs = target
                        .SelectMany(pair => new[] { pair.First, pair.Second })
                        .OfType<PlannedRun>()
                        .DistinctBy(run => run.Label)
                        .ToList();
                    var inputs = runs.Select(run => (Role(run), run.Train));
                    return new TaskSpec
                    {
                        Kind = DistanceTask.KindName,
                        Version = 1,
                        Settings = TaskSettings.Write(
                            new DistanceTaskSettings(
                                study.Study.Network,
                                TaskSettings.Read<TrainTaskSettings>(runs[0].Train.Settings).Classes,
                                [
                                    .. target.Select(pair => new DistanceTaskPair(
                                        Role(pair.First),
                                        Role(pair.Second),
                                        pair.Second is null
                                    )),
                                ]
                            )
                        ),
                        Inputs = StudyTasks.Roles([
                            .. study.Pretraining is { } p ? inputs.Append((Role(null), p)) : inputs,
                        ]),
                        Title = $"distances on {target.Key}",
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
        ImmutableArray<PairDistance> pairs =
        [
            .. Pairs(study)
                .Zip(tasks)
                .SelectMany(target =>
                    target.First.Zip(
                        results
                            .Read(target.Second)["pairs"]
                            .Deserialize<ImmutableArray<DistanceResult>>(StudyJson.Options),
                        (pair, distance) => new PairDistance(pair, pair.Diverged(results), distance)
                    )
                ),
        ];
        return new(
            Name,
            "Distance in parameter space",
            new JsonArray([.. pairs.Select(pair => pair.ToJson())]),
            DistanceFindings.Of(pairs),
            DistanceFigure.Of(pairs),
            [DistanceFigure.Table(pairs)],
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
            )
        );
    }

    private static IEnumerable<IGrouping<string, RunPair>> Pairs(PlannedStudy study) =>
        RunPair.Of(study).Concat(RunPair.WithPretrained(study)).GroupBy(pair => pair.First.Target);

    private static string Role(PlannedRun? run) => run is null ? "P" : $"run {run.Label}";
}
