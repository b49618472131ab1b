using System.Collections.Immutable;
using TransferLens.Training;

namespace TransferLens.Analyses;

/// <summary>Compares a soup with its members and their ensemble, picture by picture.</summary>
internal static class SoupComparison
{
    /// <summary>The comparison.</summary>
    /// <param name="members">What the members do on the pictures, at least two.</param>
    /// <param name="raw">What their average does.</param>
    /// <param name="recalibrated">What it does with recomputed statistics, or null.</param>
    /// <param name="labels">The pictures' labels.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <exception cref="InputException">There are fewer than two members, or they saw other pictures or know other classes.</exception>
    public static SoupResult Of(IReadOnlyList<Evaluation> members, Evaluation raw, Evaluation? recalibrated, ImmutableArray<int> labels, uint seed)
    {
        Check(members, labels);
        var (together, loss) = Ensemble(members, labels);
        // Columns: the members, their average (raw, then recalibrated where it was), their ensemble.
        double[][] right = [.. members.Append(raw).Append(recalibrated).OfType<Evaluation>().Select(one => Bootstrap.Right(one, labels)), together];
        var (n, columns) = (members.Count, right.Length);
        var best = Enumerable.Range(0, n).MaxBy(i => right[i].Sum());

        // Pictures on which the same models are right are of one kind, and only their number counts.
        var kinds = new Dictionary<string, int>(StringComparer.Ordinal);
        var patterns = new List<double[]>();
        int[] kind = [.. Enumerable.Range(0, labels.Length).Select(i =>
        {
            double[] pattern = [.. right.Select(column => column[i])];
            var key = string.Concat(pattern);
            if (kinds.TryAdd(key, patterns.Count))
            {
                patterns.Add(pattern);
            }

            return kinds[key];
        })];
        var counts = new int[patterns.Count];
        Array.ForEach(kind, k => counts[k]++);
        var (values, intervals) = (Statistics(counts), Bootstrap.Intervals(kind, patterns.Count, Statistics, seed));
        return new(
            labels.Length, [.. members.Select((member, i) => new SoupMember(At(i), Finite(member.Loss)))], best, At(columns),
            Score(n, raw.Loss), recalibrated is null ? null : Score(n + 1, recalibrated.Loss), Score(columns - 1, loss), At(values.Length - 1));

        // Accuracy of each column; mean of the members; of each column its gain over that mean, then over the best; soup minus ensemble.
        double[] Statistics(int[] drawn)
        {
            // Whole numbers as long as possible, so that what is equal stays equal.
            var (sums, all) = (new long[columns], 0L);
            for (var k = 0; k < drawn.Length; k++)
            {
                all += drawn[k];
                for (var c = 0; c < columns; c++)
                {
                    sums[c] += patterns[k][c] > 0 ? drawn[k] : 0;
                }
            }

            var mean = sums[..n].Sum();
            return
            [
                .. sums.Select(sum => sum / (double)all), mean / (double)(n * all), .. sums.Select(sum => ((n * sum) - mean) / (double)(n * all)),
                .. sums.Select(sum => (sum - sums[best]) / (double)all), (sums[columns - 2] - sums[columns - 1]) / (double)all,
            ];
        }

        Estimate At(int which) => new(values[which], intervals[which].Low, intervals[which].High);

        SoupScore Score(int column, double nats) => new(At(column), Finite(nats), At(columns + 1 + column), At((2 * columns) + 1 + column));
    }

    private static (double[] Right, double Loss) Ensemble(IReadOnlyList<Evaluation> members, ImmutableArray<int> labels)
    {
        var (right, loss) = (new double[labels.Length], 0.0);
        for (var i = 0; i < labels.Length; i++)
        {
            Answer[] answers = [.. members.Select(member => Answer.Of(member, i))];
            var mean = Answer.Mean(answers);
            right[i] = mean is not null && Answer.Together(answers) == labels[i] ? 1 : 0;
            loss -= mean is null ? double.NaN : Math.Log(mean[labels[i]]);
        }

        return (right, loss / labels.Length);
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;

    private static void Check(IReadOnlyList<Evaluation> members, ImmutableArray<int> labels)
    {
        if (members.Count < 2)
        {
            throw new InputException($"There are weights of {members.Count} training, but a soup takes two at least.");
        }

        if (labels.Length == 0 || members.Any(member => member.Examples != labels.Length || member.Classes != members[0].Classes))
        {
            throw new InputException("The members of a soup must be evaluated on the same pictures, one at least, and know the same classes.");
        }

        if (labels.FirstOrDefault(label => label < 0 || label >= members[0].Classes, -1) is >= 0 and var outside)
        {
            throw new InputException($"A picture has label {outside}, but the networks know {members[0].Classes} classes; labels are from 0 to {members[0].Classes - 1}.");
        }
    }
}
