using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>Words for <see cref="SpectrumMeasurement"/>: how far training moved the spectra from where it started.</summary>
internal static class SpectrumFindings
{
    /// <summary>One finding a target that has trainings from P and from random weights; those that diverged count in none.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<SolutionSpectrum> solutions) =>
        [
            .. solutions
                .Where(solution => solution.Sound)
                .GroupBy(solution => solution.Target)
                .SelectMany(target => Finding.On(target.Key, Changes(target))),
        ];

    private static Finding? Changes(IGrouping<string, SolutionSpectrum> target)
    {
        if (
            Changes(target, "P", Initialization.Pretrained) is not { } pretrained
            || Changes(target, "RI", Initialization.Random) is not { } random
        )
        {
            return null;
        }

        var numbers = $"by {pretrained.Mean:0.0} % on average against {random.Mean:0.0} %";
        var sentence =
            pretrained.High < random.Low
                ? $"On {target.Key} fine-tuning changes the effective rank of weight matrices less than training from random weights does: {numbers}."
            : random.High < pretrained.Low
                ? $"On {target.Key} fine-tuning changes the effective rank of weight matrices more than training from random weights does: {numbers}."
            : $"No difference was seen on {target.Key} in how much fine-tuning and training from random weights change the effective rank of weight matrices: {numbers}.";
        return new(
            "weight_spectrum",
            sentence,
            Spread.Between(pretrained, random),
            [
                pretrained.Evidence("mean relative change of the effective rank, P to P-T", "%"),
                random.Evidence("mean relative change of the effective rank, RI to RI-T", "%"),
            ]
        );
    }

    // One value a training: the mean over its matrices of |after - before| / before in percent, the head left out, since it is new.
    private static Spread? Changes(IEnumerable<SolutionSpectrum> target, string start, Initialization initialization)
    {
        var before = target.FirstOrDefault(solution => solution.Run is null && solution.Group == start);
        return before is null
            ? null
            : Spread.Of(
                target
                    .Where(solution => solution.Run?.Initialization == initialization)
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

    private static IEnumerable<double?> Body(SolutionSpectrum solution) =>
        solution.Spectrum.Modules[..^1].SelectMany(module => module.Matrices).Select(matrix => matrix.EffectiveRank);
}
