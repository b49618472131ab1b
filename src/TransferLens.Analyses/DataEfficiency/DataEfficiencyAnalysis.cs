using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>
/// How many images pretraining is worth: fine-tuning, training from scratch and a probe on nested stratified parts of
/// the target's training images, all measured on the same test images.
/// </summary>
internal sealed class DataEfficiencyAnalysis : Analysis<EfficiencySettings, ImmutableArray<EfficiencyTarget>>
{
    /// <inheritdoc/>
    public override string Name => "data_efficiency";

    /// <inheritdoc/>
    public override string Title => "How many images pretraining is worth";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, EfficiencySettings settings) =>
        EfficiencyPlan.Create(study, settings).SelectMany(target => target.Tasks);

    /// <inheritdoc/>
    protected override ImmutableArray<EfficiencyTarget> Conclude(FinishedAnalysis<EfficiencySettings> finished) =>
        [
            .. EfficiencyPlan
                .Create(finished.Study, finished.Settings)
                .Select(plan => EfficiencyTarget.Read(plan, finished.Settings, finished.Results)),
        ];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<EfficiencyTarget> result) =>
        new JsonArray([.. result.Select(target => target.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<EfficiencyTarget> result) =>
        result.SelectMany(EfficiencyFindings.Find);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<EfficiencyTarget> result) =>
        result.Select(EfficiencyFigure.Draw);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<EfficiencyTarget> result) =>
        [EfficiencyTables.Create(result)];

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<EfficiencySettings> finished,
        ImmutableArray<EfficiencyTarget> result
    ) =>
        new(
            EfficiencyWords.Definition,
            EfficiencyWords.Settings(finished.Settings, result[0]),
            EfficiencyWords.Source,
            EfficiencyWords.Caveats
        );
}
