using TransferLens.Studies.Figures;

namespace TransferLens.Report.Drawing;

/// <summary>
/// Lines of one value over a grid, by marching squares (Lorensen and Cline 1987, in two dimensions): straight between
/// the points where the value lies on the sides of a cell, by linear interpolation. A cell with a value that is not finite
/// has none.
/// </summary>
internal static class ContourLines
{
    // A side of a cell, by its lower left grid point: the key by which the pieces of a line meet.
    private readonly record struct Side(int Column, int Row, bool Upright);

    /// <summary>The lines, each as its points in the grid's coordinates; a closed one ends where it begins.</summary>
    public static List<List<(double X, double Y)>> Of(LandscapePanel panel, double level)
    {
        var places = new Dictionary<Side, (double X, double Y)>();
        var neighbours = new Dictionary<Side, List<Side>>();
        for (var row = 0; row + 1 < panel.Values.Length; row++)
        {
            for (var column = 0; column + 1 < panel.X.Length; column++)
            {
                foreach (var (a, b) in Pieces(panel, level, column, row))
                {
                    Meet(a, b);
                    Meet(b, a);
                }
            }
        }

        return Chains(neighbours).Select(chain => chain.Select(side => places[side]).ToList()).ToList();

        void Meet(Side a, Side b)
        {
            places.TryAdd(a, Place(panel, level, a));
            (neighbours.TryGetValue(a, out var known) ? known : neighbours[a] = []).Add(b);
        }
    }

    private static IEnumerable<(Side A, Side B)> Pieces(LandscapePanel panel, double level, int column, int row)
    {
        // Corners and sides run around the cell: side i lies between corners i and i + 1.
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
            // A saddle: the value in the middle says which two corners are joined.
            4 when corners.Average() >= level == above[0] => [(crossed[0], crossed[1]), (crossed[2], crossed[3])],
            4 => [(crossed[3], crossed[0]), (crossed[1], crossed[2])],
            _ => [],
        };
    }

    private static (double X, double Y) Place(LandscapePanel panel, double level, Side side)
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

    // Open lines first, from their ends; what is left then is closed.
    private static IEnumerable<List<Side>> Chains(Dictionary<Side, List<Side>> neighbours)
    {
        var used = new HashSet<(Side, Side)>();
        foreach (
            var start in neighbours
                .Where(entry => entry.Value.Count == 1)
                .Concat(neighbours.Where(entry => entry.Value.Count == 2))
                .Select(entry => entry.Key)
        )
        {
            var chain = new List<Side> { start };
            while (
                neighbours[chain[^1]].Where(next => !used.Contains((chain[^1], next))).Cast<Side?>().FirstOrDefault()
                    is { } next
            )
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
    }
}
