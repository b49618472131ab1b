using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Mistakes;

/// <summary>
/// What <see cref="MistakeComparison"/> supports: whether fine-tuned models share mistakes, whether they make fewer,
/// and whether an ensemble helps.
/// </summary>
internal static class MistakesFindings
{
    /// <summary>At most three findings per target. Pairs with a diverged run are left out.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<TargetMistakes> targets) =>
        [.. targets.SelectMany(target => Finding.On(target.Name, Shared(target), Number(target), Ensemble(target)))];

    private static Finding? Shared(TargetMistakes target)
    {
        if (target.Consistency is not var (pretrained, random, more))
        {
            return null;
        }

        var finding = Create(
            MistakesWords.Shared(target.Name, pretrained, random, more),
            more,
            [
                more.Evidence(MistakesWords.ConsistencyDifference(pretrained, random), ""),
                pretrained.Consistency!.Evidence(MistakesWords.ConsistencyOf(pretrained), ""),
                random.Consistency!.Evidence(MistakesWords.ConsistencyOf(random), ""),
                .. Overlap(pretrained),
                .. Overlap(random),
            ]
        ) with
        {
            ComparesStarts = true,
        };
        return StartRates.Mark(finding, pretrained.Pairs[0].Pair.First, random.Pairs[0].Pair.First);
    }

    private static Finding Create(FindingText text, Effect effect, ImmutableArray<Evidence> evidence) =>
        new("mistakes", text.Headline, effect.Decide(), evidence, text.Action) { Detail = text.Detail };

    private static IEnumerable<Evidence> Overlap(KindMistakes kind) =>
        Spread.Of(kind.Pairs.Select(pair => 100 * pair.Overlap).OfType<double>()) is { } overlap
            ? [new(MistakesWords.Overlap(kind, overlap.Count), overlap.Mean, null, null, "%")]
            : [];

    private static Finding? Number(TargetMistakes target)
    {
        if (target.Compared is not { } compared)
        {
            return null;
        }

        var mixed = compared.Among(target.Pairs);
        var finding = Create(
            MistakesWords.Number(target, compared, PairCounts.Of(mixed)),
            compared.ErrorRate,
            [
                compared.ErrorRate.Times(100).Evidence(MistakesWords.ErrorRate(target, compared), "points"),
                .. Tests([.. mixed.Select(pair => pair.Result.McNemar?.P).OfType<double>()]),
            ]
        ) with
        {
            ComparesStarts = true,
        };
        return StartRates.Mark(finding, compared.Pretrained.Group.Seeds[0], compared.Random.Group.Seeds[0]);
    }

    private static IEnumerable<Evidence> Tests(ImmutableArray<double> p) =>
        p.Length switch
        {
            0 => [],
            1 => [new("p of McNemar's exact test", p[0], null, null, "")],
            _ =>
            [
                new($"smallest p of McNemar's exact test, {p.Length} pairs of P-T and RI-T", p.Min(), null, null, ""),
                new("largest p", p.Max(), null, null, ""),
            ],
        };

    private static Finding? Ensemble(TargetMistakes target)
    {
        if (target.Ensemble is not { } kind)
        {
            return null;
        }

        var (metric, gain) = (target.Metric, kind.EnsembleGain);
        var others = target.Kinds.Where(other => other != kind);
        return Create(
            MistakesWords.Ensemble(target, kind),
            gain,
            [
                gain.Evidence(MistakesWords.EnsembleGain(kind), metric.DifferenceUnit),
                new(
                    MistakesWords.EnsembleScore(kind, metric),
                    kind.Pairs.Average(pair => pair.Result.Ensemble.Score.Value),
                    null,
                    null,
                    metric.ScoreKey
                ),
                OverBetter(kind, metric),
                .. others.SelectMany(other => Gains(other, metric)),
            ]
        ) with
        {
            Question = Question.Ensemble,
            Answer = MistakesWords.EnsembleAnswer(kind),
        };
    }

    // Runs of one group are alike, so their mean is what an ensemble competes with; of two groups it is the better run.
    private static IEnumerable<Evidence> Gains(KindMistakes kind, Metric metric)
    {
        yield return kind.EnsembleGain.Evidence(MistakesWords.EnsembleGain(kind), metric.DifferenceUnit);
        if (!kind.IsOfOneGroup)
        {
            yield return OverBetter(kind, metric);
        }
    }

    private static Evidence OverBetter(KindMistakes kind, Metric metric) =>
        new(
            MistakesWords.EnsembleOverBetter(kind),
            MistakesWords.MeanGainOverBetter(kind),
            null,
            null,
            metric.DifferenceUnit
        );
}
