using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Transforms;

/// <summary>
/// The blocks that a shuffle permutes, numbered plane by plane and row by row. In a permutation, entry k is the
/// original number of the block that moves to k.
/// </summary>
/// <param name="Planes">Grids of blocks: 1 where channels move together, else the number of channels.</param>
/// <param name="Rows">Rows of blocks in a plane.</param>
/// <param name="Columns">Blocks in a row.</param>
internal readonly record struct BlockGrid(int Planes, int Rows, int Columns)
{
    // From 2 x 2 blocks, one draw in 7 to 22 leaves no block in place and keeps no neighbours, whatever the size: 1,000
    // draws without one do not happen. Only a single block, and three in a row or column, have no such permutation.
    private const int MostDraws = 1000;

    /// <summary>Number of blocks.</summary>
    public int Blocks => Planes * Rows * Columns;

    /// <summary>Number of pairs of blocks of a plane that are next to each other, horizontally or vertically.</summary>
    public int Pairs => Planes * ((Rows * (Columns - 1)) + ((Rows - 1) * Columns));

    /// <summary>NumPy's <c>RandomState(seed).permutation(Blocks)</c>: the paper's.</summary>
    public int[] FirstPermutation(uint seed) => new NumpyRandom(seed).Permutation(Blocks);

    /// <summary>
    /// The first of NumPy's permutations from one <c>RandomState(seed)</c> that leaves no block in place and, if asked,
    /// keeps no neighbours. If none of the first 1,000 does: the first of those with the fewest blocks in place, and
    /// among these with the fewest neighbours kept.
    /// </summary>
    /// <param name="seed">Seed of the generator.</param>
    /// <param name="separate">Whether neighbours must be separated too.</param>
    public int[] Permutation(uint seed, bool separate)
    {
        var random = new NumpyRandom(seed);
        var best = random.Permutation(Blocks);
        var least = Flaws(this, best);
        for (var draw = 1; draw < MostDraws && least != (0, 0); draw++)
        {
            var next = random.Permutation(Blocks);
            var flaws = Flaws(this, next);
            if (flaws.CompareTo(least) < 0)
            {
                (best, least) = (next, flaws);
            }
        }

        return best;

        (int InPlace, int Neighbours) Flaws(BlockGrid grid, int[] permutation) =>
            (CountInPlace(permutation), separate ? grid.CountNeighboursKept(permutation) : 0);
    }

    /// <summary>Number of blocks that stay where they are.</summary>
    public static int CountInPlace(int[] permutation)
    {
        var count = 0;
        for (var k = 0; k < permutation.Length; k++)
        {
            count += permutation[k] == k ? 1 : 0;
        }

        return count;
    }

    /// <summary>Number of pairs whose right or lower block was already right of or below the other.</summary>
    public int CountNeighboursKept(int[] permutation)
    {
        var count = 0;
        for (var k = 0; k < permutation.Length; k++)
        {
            var from = permutation[k];
            var right = HasRight(k) && HasRight(from) && permutation[k + 1] == from + 1;
            var below = HasBelow(k) && HasBelow(from) && permutation[k + Columns] == from + Columns;
            count += (right ? 1 : 0) + (below ? 1 : 0);
        }

        return count;
    }

    private bool HasRight(int k) => k % Columns != Columns - 1;

    private bool HasBelow(int k) => k / Columns % Rows != Rows - 1;
}
