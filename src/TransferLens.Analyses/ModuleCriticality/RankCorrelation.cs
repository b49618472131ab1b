using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// Spearman's rank correlation: Pearson's correlation of the ranks, where equal values share the mean of their ranks.
/// Source: Spearman 1904.
/// </summary>
/// <param name="Value">The correlation, in [-1, 1].</param>
/// <param name="P">
/// Two-sided p of independence: the share of all orders with a correlation this far from 0, for up to eight pairs of
/// values; beyond that from Student's t with n - 2 degrees of freedom.
/// </param>
/// <param name="Count">Number of pairs of values.</param>
internal sealed record RankCorrelation(double Value, double P, int Count)
{
    // 8! = 40,320 orders; t is close beyond.
    private const int MostExact = 8;
    private const double Rounding = 1e-12;

    /// <summary>Whether chance gives a correlation this far from 0 less than one time in twenty.</summary>
    public bool IsBeyondChance => P < Effect.Alpha;

    /// <summary>
    /// Computes the correlation; null if there are fewer than three values or one side does not vary.
    /// </summary>
    /// <param name="first">One value per item.</param>
    /// <param name="second">One value per item, in the same order.</param>
    public static RankCorrelation? Create(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var (a, b) = (Ranks(first), Ranks(second));
        var scale = Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));
        if (a.Length < 3 || scale == 0)
        {
            return null;
        }

        var value = Math.Clamp(a.Zip(b, (x, y) => x * y).Sum() / scale, -1, 1);
        return new(value, a.Length <= MostExact ? Exact(a, b) : Approximate(value, a.Length), a.Length);
    }

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["rankCorrelation"] = Value,
            ["p"] = P,
            ["modules"] = Count,
        };

    private static double Exact(ImmutableArray<double> a, ImmutableArray<double> b)
    {
        var found = Math.Abs(a.Zip(b, (x, y) => x * y).Sum()) - Rounding;
        var (orders, asFar, order) = (0, 0, b.ToArray());
        Permute(0);
        return asFar / (double)orders;

        void Permute(int from)
        {
            if (from == order.Length)
            {
                orders++;
                asFar += Math.Abs(a.Zip(order, (x, y) => x * y).Sum()) >= found ? 1 : 0;
                return;
            }

            for (var i = from; i < order.Length; i++)
            {
                (order[from], order[i]) = (order[i], order[from]);
                Permute(from + 1);
                (order[from], order[i]) = (order[i], order[from]);
            }
        }
    }

    private static double Approximate(double value, int count)
    {
        var freedom = count - 2;
        var t = Math.Abs(value) * Math.Sqrt(freedom / Math.Max(0, 1 - (value * value)));
        return double.IsFinite(t) ? Math.Min(1, 2 * StudentT.Above(t, freedom)) : 0;
    }

    // Their mean is subtracted.
    private static ImmutableArray<double> Ranks(IReadOnlyList<double> values)
    {
        var mean = (values.Count + 1) / 2.0;
        return
        [
            .. values.Select(value =>
                values.Count(other => other < value) + ((values.Count(other => other == value) + 1) / 2.0) - mean
            ),
        ];
    }
}
