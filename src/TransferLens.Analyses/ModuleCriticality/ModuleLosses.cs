using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>What rewinding one module costs.</summary>
/// <param name="Module">Name of the module.</param>
/// <param name="Seeds">The loss of score in each run.</param>
internal sealed record ModuleLoss(string Module, ImmutableArray<ScoreSample> Seeds)
{
    /// <summary>The mean over seeds with its uncertainty.</summary>
    public Effect Effect { get; } = ScoreContrast.Mean(Seeds);
}

/// <summary>
/// What rewinding each module costs, over runs that differ only in their seed. Any module may be the one that is
/// reported, so all are judged together: at the error rate at which all intervals hold at once.
/// </summary>
internal sealed class ModuleLosses
{
    private readonly Lazy<double> alpha;

    private ModuleLosses(ImmutableArray<ModuleLoss> all, bool headLeftOut, bool isPretrained)
    {
        (All, BeforeHead) = (all, headLeftOut || all.IsEmpty ? all : all[..^1]);
        Ranked = isPretrained && !BeforeHead.IsEmpty ? BeforeHead : All;
        alpha = new(() => SimultaneousBand.Alpha([.. all.Select(loss => Draw(ScoreSample.Mean(loss.Seeds)))]));
    }

    /// <summary>All modules, in the order of computation.</summary>
    public ImmutableArray<ModuleLoss> All { get; }

    /// <summary>The same without the head, which is random before every run, so it tells nothing about P.</summary>
    public ImmutableArray<ModuleLoss> BeforeHead { get; }

    /// <summary>
    /// The modules that are compared with each other: all, but of runs from P those before the head, whose loss does
    /// not measure transfer.
    /// </summary>
    public ImmutableArray<ModuleLoss> Ranked { get; }

    /// <summary>The one of them whose loss is most surely above 0.</summary>
    public ModuleLoss Surest =>
        Ranked.OrderBy(PAboveZero).ThenByDescending(loss => loss.Effect.Value).First();

    /// <summary>The error rate of each interval at which all hold together.</summary>
    public double Alpha => alpha.Value;

    /// <summary>The loss averaged over the modules before the head, for each seed; there must be one.</summary>
    public ImmutableArray<ScoreSample> MeanBeforeHead =>
        [
            .. Enumerable
                .Range(0, BeforeHead[0].Seeds.Length)
                .Select(seed => ScoreSample.Mean([.. BeforeHead.Select(loss => loss.Seeds[seed])])),
        ];

    /// <summary>Spearman's correlation of depth and loss over the modules before the head; null if undefined.</summary>
    public RankCorrelation? Depth =>
        RankCorrelation.Create(
            [.. BeforeHead.Select((_, i) => (double)i)],
            [.. BeforeHead.Select(loss => loss.Effect.Value)]
        );

    /// <summary>Collects the losses of runs; null without runs or modules.</summary>
    /// <param name="runs">The runs that did not diverge.</param>
    public static ModuleLosses? Of(ImmutableArray<RunCriticality> runs) =>
        runs.IsEmpty || runs[0].Rewinding.Modules.IsEmpty
            ? null
            : new(
                [
                    .. runs[0]
                        .Rewinding.Modules.Select(
                            (module, i) => new ModuleLoss(module.Name, [.. runs.Select(run => run.Samples.Lost(i))])
                        ),
                ],
                runs[0].Rewinding.HeadLeftOut,
                runs[0].Run.Initialization == Initialization.Pretrained
            );

    /// <summary>
    /// The interval of a loss; those of all modules contain the true losses with 95 %. No loss of a score in [0, 1] is
    /// beyond 1.
    /// </summary>
    public Estimate Interval(ModuleLoss loss)
    {
        var (value, low, high) = loss.Effect.Interval(Alpha);
        return new(value, Math.Max(-1, low), Math.Min(1, high));
    }

    /// <summary>A p that was computed for one module, adjusted for all: below 0.05 where it is below Alpha.</summary>
    public double Adjust(double p) => Math.Min(1, p * Effect.Alpha / Alpha);

    /// <summary>The module with the largest loss, and after it every one that is not shown to cost less.</summary>
    /// <param name="among">The modules to compare; at least one.</param>
    public static ImmutableArray<ModuleLoss> Top(ImmutableArray<ModuleLoss> among)
    {
        var ranking = ModuleRanking.Of(among);
        return [ranking.Top, .. ranking.Open.Select(other => other.Loss)];
    }

    /// <summary>Whether a loss is shown to be at most a margin, all modules judged together.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public bool IsShownWithin(ModuleLoss loss, double margin) => PWithin(loss, margin) < Effect.Alpha;

    /// <summary>Adjusted p of the hypothesis that a loss is more than a margin.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public double PWithin(ModuleLoss loss, double margin) =>
        Adjust(loss.Effect.Negated().NonInferiorityP(margin));

    /// <summary>Whether a module's loss is shown to be above 0, all modules judged together.</summary>
    public bool IsAboveZero(ModuleLoss loss) => PAboveZero(loss) < Effect.Alpha;

    /// <summary>The decision that a module's loss is above 0, all modules judged together.</summary>
    public Decision DecideAboveZero(ModuleLoss loss) => Decide([loss], PAboveZero(loss));

    /// <summary>The decision that the largest loss is above 0 and each module that is said to cost less does.</summary>
    /// <param name="ranking">The ranking of the modules.</param>
    public Decision DecideMostCritical(ModuleRanking ranking) =>
        Decide(Ranked, ranking.Below.Select(other => other.AdjustedP).Append(PAboveZero(ranking.Top)).Max());

    /// <summary>The decision that each of some losses is at most a margin.</summary>
    /// <param name="losses">The losses; at least one.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public Decision DecideWithin(IReadOnlyCollection<ModuleLoss> losses, double margin) =>
        Decide(losses, losses.Max(loss => PWithin(loss, margin)));

    /// <summary>
    /// The decision that each of some losses is more than a margin. All must be, so nothing is adjusted (Berger 1982).
    /// </summary>
    /// <param name="losses">The losses; at least one.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public static Decision DecideBeyond(IReadOnlyCollection<ModuleLoss> losses, double margin) =>
        Decide(
            losses,
            losses.Max(loss => (loss.Effect with { Value = loss.Effect.Value - margin }).NonInferiorityP(0))
        );

    /// <summary>A loss as evidence, with its interval among those of all modules.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="name">What was measured.</param>
    /// <param name="unit">Its unit.</param>
    public Evidence Evidence(ModuleLoss loss, string name, string unit)
    {
        if (!loss.Effect.HasInterval)
        {
            return new(name, loss.Effect.Value, null, null, unit);
        }

        var (value, low, high) = Interval(loss);
        var together = All.Length > 1 ? ", for all modules together" : "";
        return new(EvidenceName.Over(name, EffectWords.Covered(loss.Effect)) + together, value, low, high, unit);
    }

    /// <summary>
    /// Its form in results.json: each module's loss, the error rate of the band, the most critical modules, how the
    /// others compare, and the trend with depth.
    /// </summary>
    public JsonObject ToJson() =>
        new()
        {
            ["lost"] = new JsonObject(
                All.Select(loss => KeyValuePair.Create(loss.Module, (JsonNode?)loss.Effect.ToJson()))
            ),
            ["bandAlpha"] = Alpha,
            ["mostCritical"] = new JsonArray([.. Top(Ranked).Select(loss => (JsonNode)loss.Module)]),
            ["comparedWithTop"] = ModuleRanking.Of(Ranked).ToJson(),
            ["meanLost"] = BeforeHead.IsEmpty ? null : ScoreContrast.Mean(MeanBeforeHead).ToJson(),
            ["depth"] = Depth?.ToJson(),
        };

    private static Decision Decide(IReadOnlyCollection<ModuleLoss> losses, double p) =>
        new(p, losses.Min(loss => loss.Effect.Runs))
        {
            CoversSeeds = losses.All(loss => loss.Effect.CoversSeeds),
        };

    private double PAboveZero(ModuleLoss loss) => loss.Effect.Value > 0 ? Adjust(loss.Effect.P) : 1;

    // The mean of values drawn once, instead of every seed's values drawn: the same numbers, sooner.
    private static ScoreSample Draw(ScoreSample mean) => mean.IsMean ? ScoreSample.FromValues(mean.Values) : mean;
}
