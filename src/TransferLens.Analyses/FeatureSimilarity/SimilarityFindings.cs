using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// What <see cref="SimilarityMeasurement"/> supports: whether fine-tuned models have similar features, in which
/// modules, and how much they keep of P's. Decided on means over the pairs of one kind, with intervals over seeds and
/// test images; unlike kinds are not pooled.
/// </summary>
internal static class SimilarityFindings
{
    /// <summary>A smaller difference in CKA does not matter.</summary>
    public const double Visible = 0.05;

    /// <summary>At most three findings per target. Pairs with a diverged run are left out.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<TargetSimilarity> targets) =>
        [
            .. targets.SelectMany(target =>
            {
                var found = target.Comparisons;
                return Finding.On(
                    target.Target,
                    Between(target.Target, found.Between),
                    Profile(target.Target, found.Profile),
                    ToPretrained(target.Target, found)
                );
            }),
        ];

    private static Finding? Between(string target, SimilarityComparison? comparison) =>
        comparison is null
            ? null
            : Mark(
                Create(
                    SimilarityWords.Between(target, comparison),
                    comparison.Decision,
                    [
                        comparison.Difference.Evidence(SimilarityWords.Difference("between runs"), ""),
                        Evidence(comparison.First, $"debiased CKA, {comparison.Kinds.Pretrained.Kind}"),
                        Evidence(comparison.Second, $"debiased CKA, {comparison.Kinds.Random.Kind}"),
                    ]
                ),
                comparison
            );

    private static Finding? Profile(string target, SimilarityProfile? profile) =>
        profile is null
            ? null
            : Create(
                SimilarityWords.Profile(target, profile, Visible),
                profile.Decide(Visible),
                [
                    Module(profile.Kind, profile.Top),
                    Module(profile.Kind, profile.Lowest),
                    profile.Difference.HasInterval
                        ? profile.Interval.Evidence(
                            EvidenceName.OverTogether(
                                $"{profile.Top} minus {profile.Lowest}",
                                EffectWords.Covered(profile.Difference)
                            ),
                            ""
                        )
                        : profile.Difference.Evidence($"{profile.Top} minus {profile.Lowest}", ""),
                ]
            );

    private static Finding? ToPretrained(string target, SimilarityComparisons found)
    {
        if (found.Kept is not { } kept)
        {
            return null;
        }

        if (found.ToPretrained is not { } comparison)
        {
            var mean = kept.Mean(kept.Modules);
            return Create(
                SimilarityWords.SimilarityToPretrained(target, kept.Run, mean),
                mean.Decide(Visible),
                [Evidence(mean, $"debiased CKA, {kept.Kind}")]
            );
        }

        return Mark(
            Create(
                SimilarityWords.ToPretrained(target, comparison),
                comparison.Decision,
                [
                    comparison.Difference.Evidence(SimilarityWords.Difference("with P"), ""),
                    Evidence(comparison.First, $"debiased CKA, {kept.Kind}"),
                    Evidence(comparison.Second, $"debiased CKA, {comparison.Kinds.Random.Kind}"),
                ]
            ),
            comparison
        );
    }

    private static Finding Mark(Finding finding, SimilarityComparison comparison) =>
        StartRates.Mark(
            finding with
            {
                ComparesStarts = true,
            },
            comparison.Kinds.Pretrained.Example.First,
            comparison.Kinds.Random.Example.First
        );

    private static Finding Create(FindingText text, Decision decision, ImmutableArray<Evidence> evidence) =>
        new("feature_similarity", text.Headline, decision, evidence) { Detail = text.Detail };

    private static Evidence Module(KindSimilarity kind, string module) =>
        Evidence(kind.Mean(module), $"debiased CKA, {kind.Kind}, {module}");

    // No CKA is above 1.
    private static Evidence Evidence(Effect effect, string name)
    {
        var evidence = effect.Evidence(name, "");
        return evidence.High is > 1 ? evidence with { High = Math.Max(evidence.Value, 1) } : evidence;
    }
}
