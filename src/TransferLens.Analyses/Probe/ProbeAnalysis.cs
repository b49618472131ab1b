using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Probe;

/// <summary><see cref="ProbeMeasurement"/> in a study: P's features on every target.</summary>
internal sealed class ProbeAnalysis : Analysis<ProbeStudySettings, ImmutableArray<ProbeTarget>>
{
    /// <summary>Its name.</summary>
    public const string Key = "probe";

    /// <inheritdoc/>
    public override string Name => Key;

    /// <inheritdoc/>
    public override string Title => "Probes of P's features";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, ProbeStudySettings settings) =>
        ProbePlan
            .Create(study, settings)
            .SelectMany(target =>
                target
                    .Features.Select(features => new PlannedTask($"{features.Role} of {target.Target}", features.Task))
                    .Append(new(target.Target, target.Probe))
                    .Concat(target.Choices)
            );

    /// <inheritdoc/>
    protected override ImmutableArray<ProbeTarget> Conclude(FinishedAnalysis<ProbeStudySettings> finished) =>
        [
            .. ProbePlan
                .Create(finished.Study, finished.Settings)
                .Select(target => ProbeTarget.Read(target, finished.Results)),
        ];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<ProbeTarget> result) =>
        new JsonArray([.. result.Select(target => target.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<ProbeTarget> result) => ProbeFindings.Find(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<ProbeTarget> result) => ProbeFigure.Draw(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<ProbeTarget> result) => [ProbeFigure.Table(result)];

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<ProbeStudySettings> finished,
        ImmutableArray<ProbeTarget> result
    ) =>
        new(
            ProbeWords.Method.Definition(Metric.Names(result.Select(target => target.Metric))),
            ProbeWords.Method.Settings(finished.Settings),
            ProbeWords.Method.Source,
            ProbeWords.Method.Caveats
        );
}
