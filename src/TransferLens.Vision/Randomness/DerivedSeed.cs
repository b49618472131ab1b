namespace TransferLens.Vision.Randomness;

/// <summary>
/// Seeds for the random choices of a training run, each a function of the run's seed, the epoch and the purpose. A run
/// that resumes after a crash draws the same numbers, and a new head never equals the one that P started with. Mixed by
/// SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
internal static class DerivedSeed
{
    public const int Order = 1;
    public const int Augment = 2;
    public const int MixupStream = 3;
    public const int Weights = 4;
    public const int Head = 5;
    public const int Dropout = 6;
    public const int LowRank = 7;
    public const int Curve = 8;

    /// <summary>A seed for one purpose in one epoch.</summary>
    public static ulong Of(int seed, int epoch, int purpose) =>
        Mix(Mix(Mix((ulong)seed) + (ulong)epoch) + (ulong)purpose);

    private static ulong Mix(ulong value)
    {
        value += 0x9e3779b97f4a7c15;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
