using TransferLens.Vision.Models.Permutations;

namespace TransferLens.Tests;

/// <summary>Draws permutations of all groups.</summary>
internal static class RandomPermutation
{
    /// <summary>A permutation in which every order of blocks, and of channels inside each block, is equally
    /// likely.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="random">Draws it.</param>
    /// <returns>For each label the one whose elements replace its own.</returns>
    public static long[] Draw(PermutationGroups groups, Random random)
    {
        var sources = groups.Identity();
        foreach (var group in groups.Groups)
        {
            int[] blocks = Order(group.Blocks.Length, random);
            for (var block = 0; block < blocks.Length; block++)
            {
                for (var part = 0; part < group.Parts; part++)
                {
                    var (own, taken) = (group.Blocks[block][part], group.Blocks[blocks[block]][part]);
                    var order = Order(own.Length, random);
                    for (var i = 0; i < own.Length; i++)
                    {
                        sources[own[i]] = taken[order[i]];
                    }
                }
            }
        }

        return sources;
    }

    private static int[] Order(int count, Random random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        return order;
    }
}
