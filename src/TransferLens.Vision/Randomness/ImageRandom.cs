namespace TransferLens.Vision.Randomness;

/// <summary>
/// Random numbers for drawing images, the same on every machine: SplitMix64 (Steele, Lea, Flood 2014), seeded by the
/// parts of the image's name, so that every image has its own stream.
/// </summary>
internal sealed class ImageRandom
{
    private ulong state;

    /// <summary>Starts the stream of a name; names that differ in any part have unrelated streams.</summary>
    public ImageRandom(params ReadOnlySpan<string> name)
    {
        state = 0xcbf29ce484222325;
        foreach (var part in name)
        {
            foreach (var letter in part)
            {
                state = (state ^ letter) * 0x100000001b3; // FNV-1a
            }

            Next();
            state ^= Next();
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var z = state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public double Between(double from, double to) => from + ((to - from) * (Next() >> 11) * (1.0 / (1UL << 53)));

    /// <summary>An integer from <paramref name="minimum"/> to <paramref name="maximum"/>, both included.</summary>
    public int Integer(int minimum, int maximum) =>
        minimum + (int)((Next() >> 32) * (ulong)(maximum - minimum + 1) >> 32);

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => Between(0, 1) < probability;

    /// <summary>Minus one or one, with equal probability.</summary>
    public int Sign() => Chance(0.5) ? 1 : -1;
}
