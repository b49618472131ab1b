using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>
/// What pretraining gains on a target: the mean final test score of runs from P minus that of runs from random weights.
/// Of several runs or learning rates on a side, the one with the best mean on the validation images is compared, or on
/// the test images where the target has no others.
/// </summary>
/// <param name="Pretrained">The runs from P.</param>
/// <param name="Random">The runs from random weights.</param>
/// <param name="PretrainedGroups">Number of groups from P that <paramref name="Pretrained"/> is the best of.</param>
/// <param name="RandomGroups">The same of <paramref name="Random"/>.</param>
internal sealed record PretrainingGain(CurveGroup Pretrained, CurveGroup Random, int PretrainedGroups, int RandomGroups)
{
    /// <summary>Scores in two metrics that differ by more than this are worth a sentence.</summary>
    public const double LargestDisagreement = 0.02;

    /// <summary>The gain in the study's metric.</summary>
    public Effect Effect { get; } = ScoreContrast.Difference(Pretrained.Samples, Random.Samples);

    /// <summary>The gain in <see cref="CurveGroup.SecondMetric"/>; null without one.</summary>
    public Effect? Second { get; } =
        Pretrained.SecondMetric is null
            ? null
            : ScoreContrast.Difference(Pretrained.SecondSamples, Random.SecondSamples);

    /// <summary>
    /// The same at each learning rate that both starts have, smallest first; empty where each start has a single rate.
    /// </summary>
    public ImmutableArray<PretrainingGain> AtEqualRates { get; private init; } = [];

    /// <summary>The learning rates of all groups from P.</summary>
    public ImmutableArray<double> PretrainedRates { get; private init; } = [Pretrained.Group.LearningRate];

    /// <summary>The learning rates of all groups from random weights.</summary>
    public ImmutableArray<double> RandomRates { get; private init; } = [Random.Group.LearningRate];

    /// <summary>Whether the two were compared at different learning rates that nothing makes comparable.</summary>
    public bool HasUnequalRates =>
        StartRates.AreUnequal(
            (Pretrained.Group.LearningRate, PretrainedRates.Length),
            (Random.Group.LearningRate, RandomRates.Length)
        );

    /// <summary>Whether a start was tried at several learning rates.</summary>
    public bool HasSeveralRates => PretrainedRates.Length > 1 || RandomRates.Length > 1;

    /// <summary>Whether one of the sides was chosen by its score on the test images.</summary>
    public bool IsChosenOnTestImages =>
        (PretrainedGroups > 1 && Pretrained.Validation is null) || (RandomGroups > 1 && Random.Validation is null);

    /// <summary>Whether the two metrics disagree about who is better, or clearly about how much.</summary>
    public bool MetricsDisagree =>
        Second is { } second
        && (Effect.Value * second.Value < 0 || Math.Abs(Effect.Value - second.Value) > LargestDisagreement);

    /// <summary>
    /// The side whose final training score lags the other's by more than <see cref="ConfidenceRule.LargestLag"/>; null
    /// when none does.
    /// </summary>
    public CurveGroup? NotFitted =>
        (Pretrained.FinalTrainScore - Random.FinalTrainScore) switch
        {
            > ConfidenceRule.LargestLag => Random,
            < -ConfidenceRule.LargestLag => Pretrained,
            _ => null,
        };

    /// <summary>
    /// Whether the side that has not fitted is the one that ends below: a side that lags in training explains why it is
    /// not better, never why it is.
    /// </summary>
    public bool LagMayExplain => NotFitted is { } side && !(side == Pretrained ? Effect.IsPositive : Effect.IsNegative);

    /// <summary>The gains of all targets that have sound runs from P and from random weights.</summary>
    /// <param name="groups">All groups of a study.</param>
    public static ImmutableArray<PretrainingGain> FindAll(IEnumerable<CurveGroup> groups) =>
        [.. groups.GroupBy(group => group.Group.Target).Select(Find).OfType<PretrainingGain>()];

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["run"] = Random.Group.Run,
            ["learningRate"] = Random.Group.LearningRate,
            ["chosenOnTestImages"] = IsChosenOnTestImages,
            ["effect"] = Effect.ToJson(),
        };
        if (HasSeveralRates)
        {
            json["equalRates"] = new JsonArray([.. AtEqualRates.Select(gain => (JsonNode)gain.AtItsRate())]);
        }

        if (Second is { } second)
        {
            json[Pretrained.SecondMetric!.JsonKeyAfter("effectIn")] = second.ToJson();
        }

        return json;
    }

    private JsonObject AtItsRate() =>
        new JsonObject
        {
            ["learningRate"] = Pretrained.Group.LearningRate,
            ["first"] = Pretrained.Group.Run,
            ["second"] = Random.Group.Run,
            ["effect"] = Effect.ToJson(),
        };

    private static PretrainingGain? Find(IEnumerable<CurveGroup> target)
    {
        var sound = target.Where(group => group.Final is not null).ToLookup(group => group.Group.Initialization);
        var (pretrained, random) = (sound[Initialization.Pretrained], sound[Initialization.Random]);
        if (!pretrained.Any() || !random.Any())
        {
            return null;
        }

        var gain = Compare(pretrained, random) with
        {
            PretrainedRates = Rates(pretrained),
            RandomRates = Rates(random),
        };
        return !gain.HasSeveralRates
            ? gain
            : gain with
            {
                AtEqualRates =
                [
                    .. gain
                        .PretrainedRates.Intersect(gain.RandomRates)
                        .Select(rate => Compare(At(pretrained, rate), At(random, rate))),
                ],
            };
    }

    private static PretrainingGain Compare(IEnumerable<CurveGroup> pretrained, IEnumerable<CurveGroup> random) =>
        new(Best(pretrained), Best(random), pretrained.Count(), random.Count());

    private static ImmutableArray<double> Rates(IEnumerable<CurveGroup> groups) =>
        [.. groups.Select(group => group.Group.LearningRate).Distinct().Order()];

    private static IEnumerable<CurveGroup> At(IEnumerable<CurveGroup> groups, double rate) =>
        groups.Where(group => group.Group.LearningRate == rate);

    private static CurveGroup Best(IEnumerable<CurveGroup> groups) =>
        groups.MaxBy(group => group.Validation ?? group.Final!.Mean)!;
}
