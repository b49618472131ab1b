using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>The figures of <see cref="SpectrumMeasurement"/>.</summary>
internal static class SpectrumFigure
{
    // Points of a curve.
    private const int MostPoints = 128;

    /// <summary>
    /// Two figures per target: ranks per module, and singular values of the first, a middle and the last block. Runs
    /// that diverged are left out.
    /// </summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<ModelSpectrum> models) =>
        [
            .. models
                .Where(model => model.Sound)
                .GroupBy(model => model.Target)
                .SelectMany(target => new Figure[] { Ranks(target), Curves(target) }),
        ];

    private static LineChart Ranks(IGrouping<string, ModelSpectrum> target)
    {
        var groups = target.GroupBy(model => model.Group).ToList();
        ImmutableArray<string> modules =
        [
            .. target.First().Spectrum.Modules.Where(module => !module.Matrices.IsEmpty).Select(module => module.Name),
        ];
        return new(
            $"weight_spectrum-{target.Key}",
            SpectrumWords.RanksCaption(target.Key),
            SpectrumWords.RanksSummary(groups.Select(group => (group.Key, MeanShare(group)))),
            [
                Panel("Stable rank", "stable rank", matrix => matrix.StableRank),
                Panel("Effective rank", "effective rank (% of full)", matrix => 100 * matrix.RankShare),
            ]
        );

        LinePanel Panel(string heading, string vertical, Func<MatrixSpectrum, double?> value) =>
            new(heading, "", vertical, [.. groups.Select((group, index) => RankLine(group, index, modules, value))])
            {
                Positions = modules,
            };
    }

    private static double? MeanShare(IEnumerable<ModelSpectrum> group) =>
        Spread.Of(group.SelectMany(Matrices).Select(matrix => matrix.RankShare).OfType<double>())?.Mean;

    private static Line RankLine(
        IGrouping<string, ModelSpectrum> group,
        int index,
        ImmutableArray<string> modules,
        Func<MatrixSpectrum, double?> value
    )
    {
        var effects = modules.Select(name => Mean(group, name, value)).ToList();
        return new(
            group.Key,
            index,
            [.. modules.Select((_, i) => (double)i)],
            Values(effect => effect.Value),
            Band(interval => interval.Low),
            Band(interval => interval.High)
        );

        ImmutableArray<double> Values(Func<Effect, double> of) =>
            [.. effects.Select(effect => effect is null ? double.NaN : of(effect))];

        ImmutableArray<double> Band(Func<Estimate, double> of) =>
            group.Skip(1).Any() ? Values(effect => effect.HasInterval ? of(effect.Interval()) : double.NaN) : [];
    }

    // One number per model: the mean over the module's matrices.
    private static Effect? Mean(IEnumerable<ModelSpectrum> group, string module, Func<MatrixSpectrum, double?> value)
    {
        var models = group
            .Select(model => model.Spectrum.Modules.First(one => one.Name == module).Matrices.Select(value))
            .Select(values => values.OfType<double>().ToList())
            .Where(values => values.Count > 0)
            .Select(values => values.Average())
            .ToList();
        return models.Count == 0 ? null : Welch.Mean(models);
    }

    private static LineChart Curves(IGrouping<string, ModelSpectrum> target)
    {
        var groups = target.Select(model => model.Group).Distinct().ToList();
        var shown = Shown(target.First().Spectrum);
        return new(
            $"weight_spectrum-{target.Key}-values",
            SpectrumWords.ValuesCaption(target.Key),
            SpectrumWords.ValuesSummary(shown),
            [
                .. shown.Select(name => new LinePanel(
                    name,
                    "position, from largest (0) to smallest (1)",
                    "log10 of the value",
                    [.. target.Select(model => Curve(model, groups.IndexOf(model.Group), name))]
                )),
            ]
        );
    }

    // A block is represented by its largest matrix.
    private static ImmutableArray<string> Shown(SpectrumResult spectrum)
    {
        var modules = spectrum.Modules.Where(module => !module.Matrices.IsEmpty).ToList();
        var blocks = modules.Count > 2 ? modules[1..^1] : modules;
        return
        [
            .. new[] { 0, blocks.Count / 2, blocks.Count - 1 }
                .Distinct()
                .Select(i => blocks[i].Matrices.MaxBy(matrix => (long)matrix.Rows * matrix.Columns)!.Name),
        ];
    }

    private static Line Curve(ModelSpectrum model, int group, string name)
    {
        var values = Matrices(model).First(matrix => matrix.Name == name).SingularValues;
        var step = Math.Max(1, (values.Length - 1) / (double)(MostPoints - 1));
        var positions = Enumerable
            .Range(0, Math.Min(values.Length, MostPoints))
            .Select(i => (int)Math.Round(i * step))
            .ToList();
        return new(
            model.Group,
            group,
            [.. positions.Select(position => position / (double)Math.Max(1, values.Length - 1))],
            [.. positions.Select(position => values[position] > 0 ? Math.Log10(values[position]) : double.NaN)],
            [],
            []
        );
    }

    private static IEnumerable<MatrixSpectrum> Matrices(ModelSpectrum model) =>
        model.Spectrum.Modules.SelectMany(module => module.Matrices);
}
