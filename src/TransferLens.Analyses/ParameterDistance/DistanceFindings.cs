using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>
/// What <see cref="DistanceMeasurement"/> supports: whether fine-tuned models are closer to each other.
/// </summary>
internal static class DistanceFindings
{
    /// <summary>One finding per target that has pairs of both kinds. Pairs with a diverged run are left out.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<PairDistance> pairs) =>
        [
            .. pairs
                .Where(pair => !pair.Diverged)
                .GroupBy(pair => pair.Pair.First.Target)
                .SelectMany(target => Finding.On(target.Key, Compare(target))),
        ];

    private static Finding? Compare(IGrouping<string, PairDistance> target)
    {
        var pretrained = Spread.Of(target.Where(pair => pair.Pair.BothPretrained).Select(pair => pair.Distance.Total));
        var random = Spread.Of(target.Where(pair => pair.Pair.BothRandom).Select(pair => pair.Distance.Total));
        if (pretrained is null || random is null)
        {
            return null;
        }

        var overlap = pretrained.Count > 1 && random.Count > 1 && !pretrained.IsApartFrom(random);
        var undetected = pretrained.LargestDifference(random);
        var text =
            overlap ? DistanceWords.NoDifference(target.Key, pretrained.Mean, random.Mean, undetected)
            : pretrained.Mean < random.Mean ? DistanceWords.Closer(target.Key, pretrained.Mean, random.Mean)
            : DistanceWords.Farther(target.Key, pretrained.Mean, random.Mean);
        return new(
            "parameter_distance",
            text.Headline,
            Spread.Between(pretrained, random),
            [
                pretrained.Evidence("distance between P-T runs", "", "pairs"),
                random.Evidence("distance between RI-T runs", "", "pairs"),
            ]
        )
        {
            Detail = text.Detail,
        };
    }
}
