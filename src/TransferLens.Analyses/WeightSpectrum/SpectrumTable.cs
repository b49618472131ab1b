using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>The tables of <see cref="SpectrumMeasurement"/>.</summary>
internal static class SpectrumTable
{
    /// <summary>One table per target: a row per matrix, means over the runs that did not diverge.</summary>
    public static ImmutableArray<Table> Of(ImmutableArray<ModelSpectrum> models) =>
        [.. models.GroupBy(model => model.Target).Select(Ranks)];

    private static Table Ranks(IGrouping<string, ModelSpectrum> target)
    {
        var diverged = target.Where(model => !model.Sound).Select(model => model.Label).ToList();
        var groups = target
            .Where(model => model.Sound)
            .GroupBy(model => model.Group)
            .Select(group => (group.Key, All: group.Select(Matrices).ToList()))
            .ToList();
        return new(
            $"weight_spectrum-{target.Key}",
            SpectrumWords.TableTitle(target.Key, diverged),
            [
                "matrix",
                "rows",
                "columns",
                .. groups.Select(group => $"stable, {group.Key}"),
                .. groups.Select(group => $"effective, {group.Key}"),
            ],
            [
                .. Matrices(target.Last())
                    .Select(
                        (matrix, i) =>
                            (ImmutableArray<object?>)
                                [
                                    matrix.Name,
                                    (long)matrix.Rows,
                                    (long)matrix.Columns,
                                    .. groups.Select(group => (object?)Mean(group.All, i, m => m.StableRank)),
                                    .. groups.Select(group => (object?)Mean(group.All, i, m => m.EffectiveRank)),
                                ]
                    ),
            ]
        );
    }

    private static double? Mean(List<List<MatrixSpectrum>> models, int matrix, Func<MatrixSpectrum, double?> value) =>
        Spread.Of(models.Select(model => value(model[matrix])).OfType<double>())?.Mean;

    private static List<MatrixSpectrum> Matrices(ModelSpectrum model) =>
        [.. model.Spectrum.Modules.SelectMany(module => module.Matrices)];
}
