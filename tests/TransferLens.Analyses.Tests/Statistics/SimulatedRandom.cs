namespace TransferLens.Analyses.Tests.Statistics;

/// <summary>
/// A fast seeded generator for simulations: SplitMix64 (Steele, Lea, Flood 2014), and normal numbers by Box and Muller.
/// </summary>
internal sealed class SimulatedRandom(ulong seed)
{
    private ulong state = seed * 0xD1342543DE82EF95UL;
    private double? spare;

    public ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in (0, 1).</summary>
    public double Uniform() => ((Next() >> 11) + 0.5) / (1UL << 53);

    public double Normal()
    {
        if (spare is { } kept)
        {
            spare = null;
            return kept;
        }

        var (radius, angle) = (Math.Sqrt(-2 * Math.Log(Uniform())), 2 * Math.PI * Uniform());
        spare = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    public int Below(int n) => (int)(Uniform() * n);
}
