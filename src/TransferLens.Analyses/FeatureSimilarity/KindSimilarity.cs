using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// The debiased CKA of all pairs of one kind: the same learning rates and start. Its mean has an interval over seeds
/// (jackknife over runs; with P each pair is one run) and test images. The standard error over images of a mean of
/// pairs or modules is at most the mean of theirs, which is used: it is right if the same images move all alike.
/// </summary>
/// <param name="Pairs">The pairs; at least one, none with a diverged run.</param>
/// <param name="Images">Number of test images.</param>
internal sealed record KindSimilarity(ImmutableArray<PairSimilarity> Pairs, int Images)
{
    /// <summary>One of the pairs.</summary>
    public RunPair Example => Pairs[0].Pair;

    /// <summary>The kind, for example <c>P-T &amp; P</c>.</summary>
    public string Kind => Example.Kind;

    /// <summary>The run of the kind without seed, for example <c>P-T</c>.</summary>
    public string Run => RunPair.Name(Example.First);

    /// <summary>The modules before the head whose CKA is defined in every pair.</summary>
    public ImmutableArray<string> Modules =>
        [
            .. Pairs[0]
                .Modules[..^1]
                .Select(module => module.Name)
                .Where(name => Pairs.All(pair => Find(pair, name) is not null)),
        ];

    /// <summary>The kinds of a target that have modules to compare, in the order of the figures.</summary>
    /// <param name="target">The target.</param>
    public static ImmutableArray<KindSimilarity> Find(TargetSimilarity target) =>
        [
            .. target
                .Sound.GroupBy(pair => pair.Pair.Kind)
                .Select(kind => new KindSimilarity([.. kind], target.Measured.Examples))
                .Where(kind => !kind.Modules.IsEmpty),
        ];

    /// <summary>The mean over pairs and modules.</summary>
    /// <param name="modules">The modules; at least one, all among <see cref="Modules"/>.</param>
    public Effect Mean(params ImmutableArray<string> modules) =>
        Average(pair => Means(pair, modules), pair => Error(pair, modules));

    /// <summary>
    /// The mean over pairs of the difference between two modules. The same images move both; that is neglected, so the
    /// variances over images add up.
    /// </summary>
    /// <param name="first">The first module.</param>
    /// <param name="second">The module to subtract.</param>
    public Effect Difference(string first, string second) =>
        Average(
            pair => Means(pair, [first]) - Means(pair, [second]),
            pair => Math.Sqrt(Square(Error(pair, [first])) + Square(Error(pair, [second])))
        );

    private static double Square(double? error) => error * error ?? double.NaN;

    private static ModuleSimilarity? Find(PairSimilarity pair, string module) =>
        pair.Modules.FirstOrDefault(one => one.Name == module && one.Debiased is not null);

    private static double Means(PairSimilarity pair, ImmutableArray<string> modules) =>
        modules.Average(module => Find(pair, module)!.Debiased!.Value);

    // Null, with too few images for the jackknife.
    private static double? Error(PairSimilarity pair, ImmutableArray<string> modules) =>
        modules.Any(module => Find(pair, module)!.Error is null)
            ? null
            : modules.Average(module => Find(pair, module)!.Error!.Value);

    private Effect Average(Func<PairSimilarity, double> value, Func<PairSimilarity, double?> error)
    {
        var errors = Pairs.Select(error).ToList();
        var hasImages = errors.All(one => one is { } known && double.IsFinite(known));
        var (variance, images) = hasImages ? (Square(errors.Average()), Images) : (0, 0);
        if (Example.Second is null)
        {
            return Welch.Mean(Pairs.Select(value)) with
            {
                ImageVariance = variance,
                ImageDegreesOfFreedom = Math.Max(0, images - 1),
            };
        }

        SeedPair[] pairs =
        [
            .. Pairs.Select(pair => new SeedPair(pair.Pair.First.Label, pair.Pair.Second!.Label, value(pair))),
        ];
        return Run == RunPair.Name(Example.Second)
            ? PairMean.Within(pairs, variance, images)
            : PairMean.Between(pairs, variance, images);
    }
}
