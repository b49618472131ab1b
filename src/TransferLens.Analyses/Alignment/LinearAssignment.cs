namespace TransferLens.Analyses.Alignment;

/// <summary>
/// The linear assignment problem: gives each row another column so that the sum of the chosen entries is the largest.
/// Source: Jonker and Volgenant, A shortest augmenting path algorithm for dense and sparse linear assignment problems,
/// Computing 38, 1987. Time grows with the cube of the number of rows.
/// </summary>
internal static class LinearAssignment
{
    private const int Nobody = -1;
    private const int MostBids = 8;

    /// <summary>Solves the problem.</summary>
    /// <param name="scores">A square matrix, row by row, of finite numbers.</param>
    /// <param name="count">Number of rows.</param>
    /// <returns>The column of each row.</returns>
    public static int[] Maximize(ReadOnlySpan<double> scores, int count)
    {
        if (count < 2)
        {
            return new int[count];
        }

        var costs = new double[scores.Length];
        for (var i = 0; i < costs.Length; i++)
        {
            costs[i] = -scores[i];
        }

        return new Solver(costs, count).Solve();
    }

    // Names follow the paper: v are the prices of columns, and a reduced cost is a cost minus its column's price.
    private sealed class Solver(double[] costs, int count)
    {
        private readonly double[] v = new double[count];
        private readonly int[] columnOf = new int[count];
        private readonly int[] rowOf = new int[count];
        private readonly double[] distance = new double[count];
        private readonly int[] before = new int[count];
        private readonly int[] columns = new int[count];

        public int[] Solve()
        {
            Array.Fill(columnOf, Nobody);
            Array.Fill(rowOf, Nobody);
            var free = TransferReductions(ReduceColumns());
            free = ReduceRows(ReduceRows(free));
            foreach (var row in free)
            {
                Augment(row);
            }

            return columnOf;
        }

        private ReadOnlySpan<double> Row(int row) => costs.AsSpan(row * count, count);

        // Each column's price is its smallest cost; its row gets the column if it has none yet.
        private int[] ReduceColumns()
        {
            var wanted = new int[count];
            for (var column = count - 1; column >= 0; column--)
            {
                var best = 0;
                for (var row = 1; row < count; row++)
                {
                    best = costs[(row * count) + column] < costs[(best * count) + column] ? row : best;
                }

                v[column] = costs[(best * count) + column];
                if (++wanted[best] == 1)
                {
                    (columnOf[best], rowOf[column]) = (column, best);
                }
            }

            return wanted;
        }

        private List<int> TransferReductions(int[] wanted)
        {
            var free = new List<int>();
            for (var row = 0; row < count; row++)
            {
                if (wanted[row] == 0)
                {
                    free.Add(row);
                }
                else if (wanted[row] == 1)
                {
                    var reduced = Row(row);
                    var (own, least) = (columnOf[row], double.PositiveInfinity);
                    for (var column = 0; column < count; column++)
                    {
                        least = column == own ? least : Math.Min(least, reduced[column] - v[column]);
                    }

                    v[own] -= least;
                }
            }

            return free;
        }

        // A free row takes its cheapest column and lowers its price to what makes it worth it.
        private List<int> ReduceRows(List<int> free)
        {
            var (left, waiting) = (new List<int>(), new Stack<int>(free.AsEnumerable().Reverse()));
            // Rows that want the same columns can outbid each other by rounding errors for long.
            for (var step = 0; step < MostBids * count && waiting.TryPop(out var row); step++)
            {
                var (best, second, lowest, next) = Cheapest(row);
                var owner = rowOf[best];
                var lowered = v[best] - (next - lowest);
                var isLowered = lowered < v[best];
                if (isLowered)
                {
                    v[best] = lowered;
                }
                else if (owner != Nobody)
                {
                    (best, owner) = (second, rowOf[second]);
                }

                (columnOf[row], rowOf[best]) = (best, row);
                if (owner != Nobody)
                {
                    columnOf[owner] = Nobody;
                    if (isLowered)
                    {
                        waiting.Push(owner);
                    }
                    else
                    {
                        left.Add(owner);
                    }
                }
            }

            left.AddRange(waiting);
            return left;
        }

        private (int Best, int Second, double Lowest, double Next) Cheapest(int row)
        {
            var costs = Row(row);
            var (best, second, lowest, next) = (0, 0, costs[0] - v[0], double.PositiveInfinity);
            for (var column = 1; column < count; column++)
            {
                var cost = costs[column] - v[column];
                if (cost < lowest)
                {
                    (second, next, best, lowest) = (best, lowest, column, cost);
                }
                else if (cost < next)
                {
                    (second, next) = (column, cost);
                }
            }

            return (best, second, lowest, next);
        }

        // The shortest path of alternate columns and rows from a free row to a free column. Columns before `low` are
        // done, those before `high` are as near as the nearest.
        private void Augment(int freeRow)
        {
            var first = Row(freeRow);
            for (var column = 0; column < count; column++)
            {
                (distance[column], before[column], columns[column]) = (first[column] - v[column], freeRow, column);
            }

            var (low, high, done, nearest, end) = (0, 0, 0, 0.0, Nobody);
            while (end == Nobody)
            {
                if (low == high)
                {
                    done = low;
                    (high, nearest) = Nearest(low);
                    end = FreeColumn(low, high);
                    if (end != Nobody)
                    {
                        break;
                    }
                }

                (high, end) = Scan(columns[low++], high, nearest);
            }

            for (var i = 0; i < done; i++)
            {
                v[columns[i]] += distance[columns[i]] - nearest;
            }

            var row = Nobody;
            while (row != freeRow)
            {
                row = before[end];
                rowOf[end] = row;
                (columnOf[row], end) = (end, columnOf[row]);
            }
        }

        private (int High, double Nearest) Nearest(int low)
        {
            var (high, nearest) = (low + 1, distance[columns[low]]);
            for (var k = low + 1; k < count; k++)
            {
                var column = columns[k];
                if (distance[column] < nearest)
                {
                    (high, nearest) = (low, distance[column]);
                }

                if (distance[column] == nearest)
                {
                    (columns[k], columns[high]) = (columns[high], column);
                    high++;
                }
            }

            return (high, nearest);
        }

        private int FreeColumn(int low, int high)
        {
            for (var k = low; k < high; k++)
            {
                if (rowOf[columns[k]] == Nobody)
                {
                    return columns[k];
                }
            }

            return Nobody;
        }

        // Paths that go on through the row that has a column.
        private (int High, int End) Scan(int through, int high, double nearest)
        {
            var row = rowOf[through];
            var costs = Row(row);
            var reduced = costs[through] - v[through] - nearest;
            for (var k = high; k < count; k++)
            {
                var column = columns[k];
                var longer = costs[column] - v[column] - reduced;
                if (longer >= distance[column])
                {
                    continue;
                }

                (before[column], distance[column]) = (row, longer);
                if (longer <= nearest)
                {
                    if (rowOf[column] == Nobody)
                    {
                        return (high, column);
                    }

                    (columns[k], columns[high]) = (columns[high], column);
                    high++;
                }
            }

            return (high, Nobody);
        }
    }
}
