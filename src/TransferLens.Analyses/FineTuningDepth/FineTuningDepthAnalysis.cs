using System.Collections.Immutable;
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
                            $"{run.Run.Target} {run.Run.Label} {run.Rung.Name}",
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
        var margin = finished.Settings.Margin / MarginWords.Points;
        return new([.. planned.Select(target => DepthTarget.Read(target, network, margin, finished.Results))]);
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(DepthResults result) =>
        new JsonArray([.. result.Targets.Select(target => target.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(DepthResults result) => DepthFindings.Of(result.Targets);

    /// <inheritdoc/>
    protected override IEnumerable<Highlight> Highlights(DepthResults result) =>
        result.Targets.Select(DepthFigure.Highlight);

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
        var target = result.Targets[0];
        var runs = DepthPlan.Create(finished.Study, finished.Settings, Name)[0].Runs;
        var scratch = target.Rungs.FirstOrDefault(rung => rung.Name == DepthChoice.Scratch);
        return new(
            DepthWords.Definition,
            DepthWords.Settings(
                target.Rungs.Select(rung => rung.Name),
                (target.Run, target.Whole.Seeds.Length, Rates(target.Whole)),
                finished.Settings,
                scratch is null ? null : (Run(DepthChoice.Scratch), Rates(scratch))
            ),
            DepthWords.Source,
            DepthWords.Caveats
        );

        string Run(string rung) => runs.First(planned => planned.Rung.Name == rung).Run.Run;

        static ImmutableArray<double> Rates(DepthRung rung) =>
            rung.Tried.IsEmpty ? [rung.LearningRate] : [.. rung.Tried.Select(tried => tried.Rate)];
    }
}
