using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>
/// What <see cref="SpectrumMeasurement"/> supports: how much training changes the ranks of the initial weights.
/// </summary>
internal static class SpectrumFindings
{
    /// <summary>
    /// One finding per target that has runs from P and from random weights. Runs that diverged are left out.
    /// </summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<ModelSpectrum> models) =>
        [
            .. models
                .Where(model => model.Sound)
                .GroupBy(model => model.Target)
                .SelectMany(target => Finding.On(target.Key, Changes(target))),
        ];

    private static Finding? Changes(IGrouping<string, ModelSpectrum> target)
    {
        if (
            Changes(target, "P", Initialization.Pretrained) is not { } pretrained
            || Changes(target, "RI", Initialization.Random) is not { } random
        )
        {
            return null;
        }

        var text =
            pretrained.High < random.Low ? SpectrumWords.ChangesLess(target.Key, pretrained.Mean, random.Mean)
            : random.High < pretrained.Low ? SpectrumWords.ChangesMore(target.Key, pretrained.Mean, random.Mean)
            : SpectrumWords.NoDifference(
                target.Key,
                pretrained.Mean,
                random.Mean,
                pretrained.LargestDifference(random)
            );
        return new(
            "weight_spectrum",
            text.Headline,
            Spread.Between(pretrained, random),
            [
                pretrained.Evidence("mean relative change of the effective rank, P to P-T", "%"),
                random.Evidence("mean relative change of the effective rank, RI to RI-T", "%"),
            ]
        )
        {
            Detail = text.Detail,
        };
    }

    // One value per run: the mean over its matrices of |after - before| / before in percent. The head is new, so it is
    // left out.
    private static Spread? Changes(IEnumerable<ModelSpectrum> target, string start, Initialization initialization)
    {
        var before = target.FirstOrDefault(model => model.Run is null && model.Group == start);
        return before is null
            ? null
            : Spread.Of(
                target
                    .Where(model => model.Run?.Initialization == initialization)
                    .Select(after =>
                        Spread
                            .Of(
                                Body(before)
                                    .Zip(Body(after), (from, to) => 100 * (to > from ? to - from : from - to) / from)
                                    .OfType<double>()
                            )
                            ?.Mean
                    )
                    .OfType<double>()
            );
    }

    private static IEnumerable<double?> Body(ModelSpectrum model) =>
        model.Spectrum.Modules[..^1].SelectMany(module => module.Matrices).Select(matrix => matrix.EffectiveRank);
}
