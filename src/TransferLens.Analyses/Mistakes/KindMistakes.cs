using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Mistakes;

/// <summary>
/// The pairs of one kind, without diverged runs. Pairs share runs and images, so the uncertainty of a mean over them is
/// that of <see cref="PairMean"/>: the jackknife over runs, and the resampled images, which are the same for all pairs.
/// </summary>
/// <param name="Kind">The kind, for example <c>P-T &amp; P-T</c>.</param>
/// <param name="Pairs">The pairs, at least one.</param>
internal sealed record KindMistakes(string Kind, ImmutableArray<PairMistakes> Pairs)
{
    // Between the two names of a kind.
    private const string And = " & ";

    /// <summary>The pairs in words, for example <c>P-T</c> or <c>P-T &amp; RI-T</c>.</summary>
    public string Name
    {
        get
        {
            var half = Math.Max(0, (Kind.Length - And.Length) / 2);
            return Kind == Kind[..half] + And + Kind[..half] ? Kind[..half] : Kind;
        }
    }

    /// <summary>Whether their runs differ only in their seed.</summary>
    public bool IsOfOneGroup => Pairs[0].IsOfOneGroup;

    /// <summary>The pairs whose error consistency is defined.</summary>
    public IEnumerable<PairMistakes> Consistent => Pairs.Where(pair => pair.Result.ErrorConsistency is not null);

    /// <summary>Mean error consistency; null where no pair has one.</summary>
    public Effect? Consistency => Mean([.. Consistent], pair => pair.Consistency);

    /// <summary>Mean gain of the ensembles over the mean of their members.</summary>
    public Effect EnsembleGain => Mean(Pairs, pair => pair.EnsembleGain)!;

    /// <summary>The kinds among some pairs, in their order.</summary>
    public static ImmutableArray<KindMistakes> Of(IEnumerable<PairMistakes> pairs) =>
        [
            .. pairs
                .Where(pair => !pair.Diverged)
                .GroupBy(pair => pair.Pair.Kind)
                .Select(kind => new KindMistakes(kind.Key, [.. kind])),
        ];

    /// <summary>The error consistency of this kind minus that of another, which shares no run with it.</summary>
    /// <returns>The difference; null where one of the two is undefined.</returns>
    public Effect? MoreConsistentThan(KindMistakes other)
    {
        if (Consistency is not { } first || other.Consistency is not { } second)
        {
            return null;
        }

        // The same images move both means.
        var difference = MeanOf(Consistent).Minus(MeanOf(other.Consistent));
        return PairMean.Difference(first, second, difference.Variance);

        static ScoreSample MeanOf(IEnumerable<PairMistakes> pairs) =>
            ScoreSample.Mean([.. pairs.Select(pair => pair.Consistency)]);
    }

    /// <summary>
    /// The mean share of images or decisions in a cell, as a number between 0 and 1. The pairs' shares are taken to
    /// move together with the images, which makes the interval a little too wide.
    /// </summary>
    /// <param name="of">The cell.</param>
    public Effect Share(Func<MistakesResult, MistakeCount> of)
    {
        var widths = Pairs.Select(pair => of(pair.Result)).Average(count => count.High - count.Low) ?? 0;
        var error = widths / (2 * StudentT.TwoSided(Effect.Alpha, double.PositiveInfinity));
        return Mean([.. Pairs.Select(pair => pair.With(of(pair.Result).Share!.Value))], error * error);
    }

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["kind"] = Kind,
            ["pairs"] = Pairs.Length,
            ["errorConsistency"] = Consistency?.ToJson(),
            ["ensembleGain"] = EnsembleGain.ToJson(),
        };

    private Effect? Mean(ImmutableArray<PairMistakes> pairs, Func<PairMistakes, ScoreSample> of) =>
        pairs.IsEmpty
            ? null
            : Mean(
                [.. pairs.Select(pair => pair.With(of(pair).Value))],
                ScoreSample.Mean([.. pairs.Select(of)]).Variance
            );

    private Effect Mean(ImmutableArray<SeedPair> numbers, double imageVariance)
    {
        var images = Pairs[0].Result.Examples;
        return IsOfOneGroup
            ? PairMean.Within(numbers, imageVariance, images)
            : PairMean.Between(numbers, imageVariance, images);
    }
}
