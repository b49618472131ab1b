using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>Figures and table of <see cref="SpectrumMeasurement"/>.</summary>
internal static class SpectrumFigure
{
    private const int MostPoints = 128;

    /// <summary>Two a target: ranks per module, and singular values of the first, a middle and the last block; trainings that diverged are left out.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<SolutionSpectrum> solutions) =>
        [
            .. solutions
                .Where(solution => solution.Sound)
                .GroupBy(solution => solution.Target)
                .SelectMany(target => new Figure[] { Ranks(target), Curves(target) }),
        ];

    private static LineChart Ranks(IGrouping<string, SolutionSpectrum> target)
    {
        var groups = target.GroupBy(solution => solution.Group).ToList();
        ImmutableArray<string> modules =
        [
            .. target.First().Spectrum.Modules.Where(module => !module.Matrices.IsEmpty).Select(module => module.Name),
        ];
        return new(
            $"weight_spectrum-{target.Key}",
            $"Ranks of the weight matrices per module, {target.Key}; a module's matrices are averaged, bands are the range over trainings.",
            "Mean effective rank over all modules, as a share of the largest possible: "
                + string.Join("; ", groups.Select(group => $"{group.Key} {Mean(group)}"))
                + ".",
            [
                Panel("Stable rank", "stable rank", matrix => matrix.StableRank),
                Panel("Effective rank", "effective rank (% of full)", matrix => 100 * matrix.RankShare),
            ]
        );

        LinePanel Panel(string heading, string vertical, Func<MatrixSpectrum, double?> value) =>
            new(heading, "", vertical, [.. groups.Select((group, place) => RankLine(group, place, modules, value))])
            {
                Positions = modules,
            };
    }

    private static string Mean(IEnumerable<SolutionSpectrum> group) =>
        Spread.Of(
            group
                .SelectMany(solution => solution.Spectrum.Modules)
                .SelectMany(module => module.Matrices)
                .Select(matrix => matrix.RankShare)
                .OfType<double>()
        )
            is { } share
            ? $"{100 * share.Mean:0} %"
            : "undefined";

    private static Line RankLine(
        IGrouping<string, SolutionSpectrum> group,
        int place,
        ImmutableArray<string> modules,
        Func<MatrixSpectrum, double?> value
    )
    {
        var spreads = modules
            .Select(name =>
                Spread.Of(
                    group
                        .Select(solution =>
                            Spread
                                .Of(
                                    solution
                                        .Spectrum.Modules.First(module => module.Name == name)
                                        .Matrices.Select(value)
                                        .OfType<double>()
                                )
                                ?.Mean
                        )
                        .OfType<double>()
                )
            )
            .ToList();
        return new(
            group.Key,
            place,
            [.. modules.Select((_, i) => (double)i)],
            Values(spread => spread.Mean),
            Band(spread => spread.Low),
            Band(spread => spread.High)
        );

        ImmutableArray<double> Values(Func<Spread, double> of) =>
            [.. spreads.Select(spread => spread is null ? double.NaN : of(spread))];

        ImmutableArray<double> Band(Func<Spread, double> of) => group.Skip(1).Any() ? Values(of) : [];
    }

    private static LineChart Curves(IGrouping<string, SolutionSpectrum> target)
    {
        var groups = target.Select(solution => solution.Group).Distinct().ToList();
        var shown = Shown(target.First().Spectrum);
        return new(
            $"weight_spectrum-{target.Key}-values",
            $"Singular values of one matrix of the first, a middle and the last block, {target.Key}, the largest at the left; one line a solution.",
            "Common logarithm of the singular values over their place, from 0 (largest) to 1 (smallest). Matrices: "
                + string.Join(", ", shown)
                + ".",
            [
                .. shown.Select(name => new LinePanel(
                    name,
                    "place, from largest (0) to smallest (1)",
                    "log10 of the value",
                    [.. target.Select(solution => Curve(solution, groups.IndexOf(solution.Group), name))]
                )),
            ]
        );
    }

    // A block is shown by its largest matrix.
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

    private static Line Curve(SolutionSpectrum solution, int group, string name)
    {
        var values = solution
            .Spectrum.Modules.SelectMany(module => module.Matrices)
            .First(matrix => matrix.Name == name)
            .SingularValues;
        var step = Math.Max(1, (values.Length - 1) / (double)(MostPoints - 1));
        var places = Enumerable
            .Range(0, Math.Min(values.Length, MostPoints))
            .Select(i => (int)Math.Round(i * step))
            .ToList();
        return new(
            solution.Group,
            group,
            [.. places.Select(place => place / (double)Math.Max(1, values.Length - 1))],
            [.. places.Select(place => values[place] > 0 ? Math.Log10(values[place]) : double.NaN)],
            [],
            []
        );
    }

    /// <summary>One a target: a row a matrix, means over the trainings of a run.</summary>
    public static ImmutableArray<Table> Tables(ImmutableArray<SolutionSpectrum> solutions) =>
        [
            .. solutions
                .GroupBy(solution => solution.Target)
                .Select(target =>
                {
                    var (sound, diverged) = (
                        target.Where(solution => solution.Sound),
                        target.Where(solution => !solution.Sound).Select(solution => solution.Label).ToList()
                    );
                    var groups = sound
                        .GroupBy(solution => solution.Group)
                        .Select(group => (group.Key, All: group.Select(Matrices).ToList()))
                        .ToList();
                    return new Table(
                        $"weight_spectrum-{target.Key}",
                        $"Stable and effective ranks of the weight matrices on {target.Key}, means over the trainings of a run{(diverged.Count == 0 ? "" : $", without {string.Join(", ", diverged)}, which diverged")}; all singular values are in results.json",
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
                                                .. groups.Select(group =>
                                                    (object?)Mean(group.All, i, m => m.StableRank)
                                                ),
                                                .. groups.Select(group =>
                                                    (object?)Mean(group.All, i, m => m.EffectiveRank)
                                                ),
                                            ]
                                ),
                        ]
                    );
                }),
        ];

    private static double? Mean(
        List<List<MatrixSpectrum>> solutions,
        int matrix,
        Func<MatrixSpectrum, double?> value
    ) => Spread.Of(solutions.Select(solution => value(solution[matrix])).OfType<double>())?.Mean;

    private static List<MatrixSpectrum> Matrices(SolutionSpectrum solution) =>
        [.. solution.Spectrum.Modules.SelectMany(module => module.Matrices)];
}
