using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary><see cref="DepthChoice"/> in a study: the seeds of one run from P, trained to several depths.</summary>
internal sealed class FineTuningDepthAnalysis : Analysis<DepthSettings, DepthResults>
{
    /// <inheritdoc/>
    public override string Name => "fine_tuning_depth";

    /// <inheritdoc/>
    public override string Title => "How much of the network to train";

    /// <inheritdoc/>
    public override string ModelWord => DepthModels.Word;

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, DepthSettings settings) =>
        DepthPlan
            .Create(study, settings, Name)
            .SelectMany(target =>
                target
                    .Runs.SelectMany(run =>
                        RunTasks.Of(
                            $"{run.Run.Target} {run.Run.Label} {run.Rung}",
                            run.Train,
                            run.Evaluate,
                            run.Validate
                        )
                    )
                    .Append(new($"measure {target.Runs[0].Run.Target}", target.Measure))
            );

    /// <inheritdoc/>
    protected override DepthResults Conclude(FinishedAnalysis<DepthSettings> finished)
    {
        var planned = DepthPlan.Create(finished.Study, finished.Settings, Name);
        var network = finished.Study.Catalog.Network(finished.Study.Study.GroupedNetwork);
        return new(
            [
                .. planned.Select(target =>
                    DepthTarget.Read(
                        target.Runs,
                        target.Measure,
                        network,
                        finished.Settings.Margin / MarginWords.Points,
                        finished.Results
                    )
                ),
            ],
            DepthPlan.FirstOfSeveral(finished.Study, planned)
        );
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(DepthResults result) =>
        new JsonArray([.. result.Targets.Select(target => target.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(DepthResults result) =>
        DepthFindings.Of(result.Targets, result.FirstOfSeveral);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(DepthResults result) => DepthFigure.Of(result.Targets);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(DepthResults result) => DepthTables.Of(result.Targets);

    /// <inheritdoc/>
    protected override IEnumerable<ModelOffer> Models(FinishedAnalysis<DepthSettings> finished, DepthResults result) =>
        DepthModels.Offer(result.Targets);

    /// <inheritdoc/>
    protected override Method Describe(FinishedAnalysis<DepthSettings> finished, DepthResults result)
    {
        var runs = DepthPlan.Create(finished.Study, finished.Settings, Name)[0].Runs;
        var run = runs.First(planned => planned.Rung == DepthChoice.Whole).Run;
        var scratch = runs.FirstOrDefault(planned => planned.Rung == DepthChoice.Scratch)?.Run;
        return new(
            DepthWords.Definition,
            DepthWords.Settings(
                result.Targets[0].Rungs.Select(rung => rung.Name),
                (
                    run.Run,
                    result.Targets[0].Rungs.First(rung => rung.Name == DepthChoice.Whole).Seeds.Length,
                    run.LearningRate
                ),
                finished.Settings,
                scratch is null ? null : (scratch.Run, scratch.LearningRate)
            ),
            DepthWords.Source,
            DepthWords.Caveats
        );
    }
}
