using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>
/// What <see cref="SpectrumMeasurement"/> supports: how much training changes the ranks of the initial weights.
/// </summary>
internal static class SpectrumFindings
{
    private const string Name = "weight_spectrum";

    /// <summary>
    /// One finding per target that has runs from P and from random weights; it compares nothing where they were trained
    /// with unequal settings. Runs that diverged are left out.
    /// </summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<ModelSpectrum> models) =>
        [.. SpectrumChange.Of(models).SelectMany(change => Finding.On(change.Target, Of(change)))];

    private static Finding Of(SpectrumChange change)
    {
        Evidence[] sides =
        [
            Welch.Mean(change.Pretrained).Evidence(SpectrumWords.Change("P", change.PretrainedRun), "%"),
            Welch.Mean(change.Random).Evidence(SpectrumWords.Change("RI", change.RandomRun), "%"),
        ];
        if (change.Difference is not { } difference)
        {
            // It states numbers of each kind and tests nothing, so it has no decision.
            var open = SpectrumWords.NotCompared(change);
            return new(Name, open.Headline, Confidence.Low, [.. sides], open.Action)
            {
                Detail = open.Detail,
                ComparesStarts = true,
            };
        }

        var text = SpectrumWords.Changes(change, difference);
        return new(
            Name,
            text.Headline,
            difference.Decide(margin: 0),
            [.. sides, difference.Evidence(SpectrumWords.Difference(change), "points")]
        )
        {
            Detail = text.Detail,
            ComparesStarts = true,
        };
    }
}
