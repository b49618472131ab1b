using TransferLens.Vision.Models.Permutations;

namespace TransferLens.Analyses.Alignment;

/// <summary>How well channels of two models fit each other, for one group.</summary>
/// <param name="group">The group.</param>
/// <param name="parts">For each part a square matrix, row by row: how well each channel of the first model (rows) fits
/// each of the second. Channels are numbered block by block.</param>
internal sealed class GroupScores(ChannelGroup group, double[][] parts)
{
    /// <summary>The sum for channels that stay where they are.</summary>
    public double Unmoved => parts.Sum(Trace);

    /// <summary>Finds the permutation of blocks, and of channels inside them, with the largest sum.</summary>
    /// <returns>For each channel of the group the one that replaces it, and the sum.</returns>
    public (List<(long Channel, long Source)> Moves, double Sum) Best()
    {
        var count = group.Blocks.Length;
        var inner = new (int[][] Orders, double Sum)[count, count];
        var sums = new double[count * count];
        for (var own = 0; own < count; own++)
        {
            for (var other = 0; other < count; other++)
            {
                inner[own, other] = Inside(own, other);
                sums[(own * count) + other] = inner[own, other].Sum;
            }
        }

        var blocks = LinearAssignment.Maximize(sums, count);
        var moves = new List<(long, long)>();
        for (var own = 0; own < count; own++)
        {
            var orders = inner[own, blocks[own]].Orders;
            for (var part = 0; part < group.Parts; part++)
            {
                var (channels, sources) = (group.Blocks[own][part], group.Blocks[blocks[own]][part]);
                moves.AddRange(channels.Select((channel, i) => (channel, sources[orders[part][i]])));
            }
        }

        return (moves, Enumerable.Range(0, count).Sum(own => inner[own, blocks[own]].Sum));
    }

    // The best orders of the channels of one block in place of those of another.
    private (int[][] Orders, double Sum) Inside(int own, int other)
    {
        var (orders, sum) = (new int[group.Parts][], 0.0);
        for (var part = 0; part < group.Parts; part++)
        {
            var (length, width) = (
                group.Blocks[own][part].Length,
                group.Blocks.Length * group.Blocks[own][part].Length
            );
            var scores = new double[length * length];
            for (var i = 0; i < length; i++)
            {
                parts[part]
                    .AsSpan((((own * length) + i) * width) + (other * length), length)
                    .CopyTo(scores.AsSpan(i * length));
            }

            orders[part] = LinearAssignment.Maximize(scores, length);
            sum += orders[part].Select((column, row) => scores[(row * length) + column]).Sum();
        }

        return (orders, sum);
    }

    private static double Trace(double[] matrix)
    {
        var side = (int)Math.Round(Math.Sqrt(matrix.Length));
        return Enumerable.Range(0, side).Sum(i => matrix[(i * side) + i]);
    }
}
