using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>
/// <see cref="ReuseMeasure"/> in a study: more training runs of its first run from P and its first from random weights,
/// at each of their learning rates or at the first. Of several rates, each start is represented by its best at each
/// block size, chosen on validation images shuffled alike, and both are compared at equal rates too.
/// </summary>
internal sealed class FeatureReuseAnalysis : Analysis<FeatureReuseSettings, ImmutableArray<ReuseResult>>
{
    /// <inheritdoc/>
    public override string Name => "feature_reuse";

    /// <inheritdoc/>
    public override string Title => "Feature reuse";

    /// <inheritdoc/>
    protected override FeatureReuseSettings Check(FeatureReuseSettings settings, SettingErrors errors)
    {
        return settings with { BlockSizes = [.. settings.BlockSizes.Select(Block).Distinct()] };

        string Block(string text)
        {
            if (text == ReuseMeasure.AllValues)
            {
                return text;
            }

            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var block) && block > 0
                ? block.ToString(CultureInfo.InvariantCulture)
                : throw errors.Wrong("block_sizes", ReuseWords.Errors.NotABlock(text));
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, FeatureReuseSettings settings) =>
        ReusePlan.Runs(study, settings).SelectMany(run => RunTasks.Of(run.Role, run.Train, run.Evaluate, run.Validate));

    /// <inheritdoc/>
    protected override ImmutableArray<ReuseResult> Conclude(FinishedAnalysis<FeatureReuseSettings> finished) =>
        [
            .. ReusePlan
                .Runs(finished.Study, finished.Settings)
                .GroupBy(run => run.Run.Target)
                .SelectMany(runs => ReuseResult.Compare([.. runs.Select(run => Read(run, finished.Results))])),
        ];

    private static ReuseOutcome Read(ReuseRun run, ITaskResults results) =>
        new(run, TrainingOutcome.Read(run.Train, run.Evaluate, results))
        {
            Validation = run.Validate is { } validate ? MeasuredScore.Of(results.Read(validate)).Value : null,
        };

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<ReuseResult> result) =>
        new JsonArray([.. result.Select(target => target.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<ReuseResult> result) =>
        FeatureReuseFindings.Find(result);

    /// <inheritdoc/>
    protected override IEnumerable<Highlight> Highlights(ImmutableArray<ReuseResult> result) =>
        result.DistinctBy(target => target.Target).Select(FeatureReuseFigure.Highlight);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<ReuseResult> result) =>
        FeatureReuseFigure.Draw(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<ReuseResult> result) =>
        FeatureReuseTables.Create(result);

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<FeatureReuseSettings> finished,
        ImmutableArray<ReuseResult> result
    )
    {
        var settings = finished.Settings;
        var blocks = ReuseMeasure.Blocks(settings.BlockSizes, finished.Study.Study.Images.Size);
        return new(
            ReuseWords.Method.Definition(Metric.Names(result.Select(target => target.Metric))),
            ReuseWords.Method.Settings(settings, blocks, result.Any(target => target.IsAtBestRates)),
            ReuseWords.Method.Source,
            ReuseWords.Method.Caveats
        );
    }
}
