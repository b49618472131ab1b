using System.Collections.Immutable;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.Common;

/// <summary>
/// The lines of a chart, or one line for each kind where there are too many to follow: their mean, with a band from the
/// smallest to the largest where the bands leave room for each other.
/// </summary>
internal static class LinesByKind
{
    private const int MostLines = 24;
    private const int MostBands = 7;

    /// <summary>The lines that are drawn.</summary>
    /// <param name="lines">All lines; those of one group have equal horizontal positions.</param>
    public static ImmutableArray<Line> Of(ImmutableArray<Line> lines)
    {
        if (lines.Length <= MostLines)
        {
            return lines;
        }

        var kinds = lines.GroupBy(line => line.Group).ToList();
        return [.. kinds.Select(kind => Mean([.. kind], kinds.Count <= MostBands))];
    }

    /// <summary>What the lines of a chart are, for its caption.</summary>
    /// <param name="lines">Number of all lines.</param>
    /// <param name="kinds">Number of their kinds.</param>
    /// <param name="what">What each line is of, in the singular, for example <c>pair</c>.</param>
    public static string Caption(int lines, int kinds, string what) =>
        lines <= MostLines ? $"one line per {what}"
        : kinds <= MostBands ? $"the mean of each kind of {what}, bands from its smallest to its largest {what}"
        : $"the mean of each kind of {what}";

    private static Line Mean(ImmutableArray<Line> kind, bool banded)
    {
        var positions = Enumerable.Range(0, kind[0].Y.Length).ToList();
        return kind[0] with
        {
            Y = Over(values => values.Average()),
            Low = banded && kind.Length > 1 ? Over(values => values.Min()) : [],
            High = banded && kind.Length > 1 ? Over(values => values.Max()) : [],
        };

        ImmutableArray<double> Over(Func<IEnumerable<double>, double> of) =>
            [
                .. positions.Select(at =>
                {
                    var values = kind.Select(line => line.Y[at]).Where(double.IsFinite).ToList();
                    return values.Count == 0 ? double.NaN : of(values);
                }),
            ];
    }
}
