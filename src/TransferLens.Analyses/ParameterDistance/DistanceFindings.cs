using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>Words for <see cref="DistanceMeasurement"/>.</summary>
internal static class DistanceFindings
{
    /// <summary>One finding a target that has pairs of both kinds; pairs with a diverged training count in none.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<PairDistance> pairs) =>
        [
            .. pairs
                .Where(pair => !pair.Diverged)
                .GroupBy(pair => pair.Pair.First.Target)
                .SelectMany(target => Finding.On(target.Key, Closer(target))),
        ];

    private static Finding? Closer(IGrouping<string, PairDistance> target)
    {
        var pretrained = Spread.Of(target.Where(pair => pair.Pair.BothPretrained).Select(pair => pair.Distance.Total));
        var random = Spread.Of(target.Where(pair => pair.Pair.BothRandom).Select(pair => pair.Distance.Total));
        if (pretrained is null || random is null)
        {
            return null;
        }

        var sentence =
            pretrained.Count > 1 && random.Count > 1 && !pretrained.IsApartFrom(random)
                ? $"On {target.Key} no difference was seen between how far fine-tuned trainings ({pretrained.Mean:0.0}) and trainings from different random weights ({random.Mean:0.0}) lie apart: the ranges of the pairs overlap."
            : pretrained.Mean < random.Mean
                ? $"On {target.Key} fine-tuned trainings lie closer together ({pretrained.Mean:0.0}) than trainings from random weights ({random.Mean:0.0})."
            : $"On {target.Key} fine-tuned trainings do not lie closer together ({pretrained.Mean:0.0}) than trainings from random weights ({random.Mean:0.0}), unlike what the paper finds.";
        return new(
            "parameter_distance",
            sentence,
            Spread.Between(pretrained, random),
            [
                pretrained.Evidence("distance between P-T", "", "pairs"),
                random.Evidence("distance between RI-T", "", "pairs"),
            ]
        );
    }
}
