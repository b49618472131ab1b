using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Randomness;

/// <summary>
/// NumPy's legacy <c>RandomState(seed)</c>: the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998) with NumPy's
/// masked rejection for integers and its Fisher-Yates shuffle, so that the paper's seeds give the paper's permutations.
/// </summary>
internal sealed class NumpyRandom
{
    private readonly uint[] state = new uint[624];
    private int next = 624;

    /// <summary>Seeds the generator as <c>numpy.random.RandomState(seed)</c> does.</summary>
    public NumpyRandom(uint seed)
    {
        for (var i = 0; i < 624; i++)
        {
            state[i] = seed;
            seed = (1812433253u * (seed ^ (seed >> 30))) + (uint)i + 1u;
        }
    }

    /// <summary><c>permutation(n)</c>: the numbers 0 to n - 1 in random order.</summary>
    public int[] Permutation(int n)
    {
        var order = Enumerable.Range(0, n).ToArray();
        for (var i = n - 1; i > 0; i--)
        {
            var j = UpTo((uint)i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    /// <summary><c>choice(n, size, replace=False)</c>: the first <paramref name="size"/> of a permutation.</summary>
    /// <exception cref="InputException"><paramref name="size"/> is greater than <paramref name="n"/>.</exception>
    public int[] Choice(int n, int size) =>
        size <= n
            ? Permutation(n)[..size]
            : throw new InputException($"{size} of {n} cannot be chosen without replacement; choose at most {n}.");

    /// <summary><c>randint(n)</c> by masked rejection: a number in [0, n).</summary>
    public int Below(int n) => (int)UpTo((uint)n - 1);

    /// <summary><c>random_sample()</c>: uniform in [0, 1) with 53 bits.</summary>
    public double Uniform() => (((Next() >> 5) * 67108864.0) + (Next() >> 6)) / 9007199254740992.0;

    private uint UpTo(uint max)
    {
        if (max == 0)
        {
            return 0; // As NumPy, without drawing a number.
        }

        var mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(max);
        uint value;
        do
        {
            value = Next() & mask;
        } while (value > max);
        return value;
    }

    private uint Next()
    {
        if (next == 624)
        {
            for (var i = 0; i < 624; i++)
            {
                var mixed = (state[i] & 0x80000000u) | (state[(i + 1) % 624] & 0x7fffffffu);
                state[i] = state[(i + 397) % 624] ^ (mixed >> 1) ^ ((mixed & 1) * 0x9908b0dfu);
            }

            next = 0;
        }

        var y = state[next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }
}
