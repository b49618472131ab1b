using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>
/// Traces lines of equal value over a grid by marching squares, the two-dimensional form of Lorensen and Cline 1987.
/// Crossings with the sides of cells are interpolated linearly. Cells with a non-finite corner have no line.
/// </summary>
internal static class ContourLines
{
    // A side of a cell, named by its lower left grid point. Segments that share a side are connected.
    private readonly record struct Side(int Column, int Row, bool Upright);

    /// <summary>The lines of one level.</summary>
    /// <returns>Each line as points in the grid's coordinates; a closed line ends with its first point.</returns>
    public static List<List<(double X, double Y)>> Trace(LandscapePanel panel, double level)
    {
        var crossings = new Dictionary<Side, (double X, double Y)>();
        var neighbours = new Dictionary<Side, List<Side>>();
        for (var row = 0; row + 1 < panel.Values.Length; row++)
        {
            for (var column = 0; column + 1 < panel.X.Length; column++)
            {
                foreach (var (a, b) in Segments(panel, level, column, row))
                {
                    Connect(a, b);
                    Connect(b, a);
                }
            }
        }

        return Chains(neighbours).Select(chain => chain.Select(side => crossings[side]).ToList()).ToList();

        void Connect(Side a, Side b)
        {
            crossings.TryAdd(a, Crossing(panel, level, a));
            (neighbours.TryGetValue(a, out var known) ? known : neighbours[a] = []).Add(b);
        }
    }

    private static IEnumerable<(Side A, Side B)> Segments(LandscapePanel panel, double level, int column, int row)
    {
        // Counterclockwise: side i is between corners i and i + 1.
        double[] corners =
        [
            panel.Values[row][column],
            panel.Values[row][column + 1],
            panel.Values[row + 1][column + 1],
            panel.Values[row + 1][column],
        ];
        Side[] sides =
        [
            new(column, row, false),
            new(column + 1, row, true),
            new(column, row + 1, false),
            new(column, row, true),
        ];
        if (!corners.All(double.IsFinite))
        {
            return [];
        }

        bool[] above = [.. corners.Select(value => value >= level)];
        Side[] crossed = [.. sides.Where((_, i) => above[i] != above[(i + 1) % 4])];
        return crossed.Length switch
        {
            2 => [(crossed[0], crossed[1])],
            // A saddle: the mean of the corners decides which of them are connected.
            4 when corners.Average() >= level == above[0] => [(crossed[0], crossed[1]), (crossed[2], crossed[3])],
            4 => [(crossed[3], crossed[0]), (crossed[1], crossed[2])],
            _ => [],
        };
    }

    private static (double X, double Y) Crossing(LandscapePanel panel, double level, Side side)
    {
        var (column, row) = (side.Column, side.Row);
        var (nextColumn, nextRow) = side.Upright ? (column, row + 1) : (column + 1, row);
        var (from, to) = (panel.Values[row][column], panel.Values[nextRow][nextColumn]);
        var share = (level - from) / (to - from);
        return (
            panel.X[column] + (share * (panel.X[nextColumn] - panel.X[column])),
            panel.Y[row] + (share * (panel.Y[nextRow] - panel.Y[row]))
        );
    }

    // Open lines first, starting at their ends; the remaining lines are closed.
    private static IEnumerable<List<Side>> Chains(Dictionary<Side, List<Side>> neighbours)
    {
        var used = new HashSet<(Side, Side)>();
        var ends = neighbours.Where(entry => entry.Value.Count == 1);
        var others = neighbours.Where(entry => entry.Value.Count == 2);
        foreach (var start in ends.Concat(others).Select(entry => entry.Key))
        {
            var chain = new List<Side> { start };
            while (Unused(chain[^1]) is { } next)
            {
                used.Add((chain[^1], next));
                used.Add((next, chain[^1]));
                chain.Add(next);
            }

            if (chain.Count > 1)
            {
                yield return chain;
            }
        }

        Side? Unused(Side side) =>
            neighbours[side].Where(next => !used.Contains((side, next))).Cast<Side?>().FirstOrDefault();
    }
}
