using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.Statistics;

/// <summary>Numbers by NumPy and SciPy: tests/reference/effects.py.</summary>
public class EffectReferenceTests
{
    private static readonly JsonNode Reference = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "effects.json"))
    )!;

    [Fact]
    public void A_contrast_is_that_of_the_formula()
    {
        foreach (var expected in Cases("contrasts", 9))
        {
            var effect = ScoreContrast.Estimate([.. expected["groups"]!.AsArray().Select(Group)]);
            Near(expected, "value", effect.Value);
            Near(expected, "imageVariance", effect.ImageVariance);
            Near(expected, "seedVariance", effect.SeedVariance);
            Near(expected, "spread", effect.SpreadVariance);
            Near(expected, "spreadDegreesOfFreedom", effect.SpreadDegreesOfFreedom);
            Near(expected, "degreesOfFreedom", effect.DegreesOfFreedom);
            Near(expected, "p", effect.P);
            Near(expected, "lowerEnd", effect.LowerEnd());
            foreach (var (alpha, width) in new[] { 0.05, 0.01 }.Zip(expected["halfWidths"]!.AsArray()))
            {
                Near((double)width!, effect.Interval(alpha).High - effect.Value);
                Near((double)width!, effect.Value - effect.Interval(alpha).Low);
            }
        }
    }

    // The formula of the method takes w from the variance within images as it is, spread between seeds included; ours
    // removes each seed's mean first. With N images: whole = (N - 1) / N within + spread / N, a relative 1 / N.
    [Fact]
    public void Removing_each_seeds_mean_from_the_variance_within_images_changes_it_by_one_in_the_number_of_images()
    {
        foreach (var expected in Cases("contrasts", 9))
        {
            ImmutableArray<SeedGroup> groups = [.. expected["groups"]!.AsArray().Select(Group)];
            var images = (double)groups[0].Seeds[0].Images;
            var parts = groups
                .Select(group => SeedPart.Measure(group, ScoreSample.Mean(group.Seeds)))
                .ToList();
            var (within, spread) = (parts.Sum(part => part.WithinImages), parts.Sum(part => part.Spread));
            Near(expected, "within", within);
            Near(expected, "wholeWithin", ((images - 1) / images * within) + (spread / images));
            var effect = ScoreContrast.Estimate(groups);
            var whole = (double)expected["wholeSeedVariance"]!;
            Assert.InRange(Math.Abs(effect.SeedVariance - whole), 0, (spread + within) / images);
        }
    }

    [Fact]
    public void A_difference_without_images_is_Welchs()
    {
        foreach (var expected in Cases("welch", 5))
        {
            var effect = Welch.Difference(Numbers(expected["first"]), Numbers(expected["second"]));
            Near(expected, "difference", effect.Value);
            Near(expected, "p", effect.P);
            Near(expected, "degreesOfFreedom", effect.DegreesOfFreedom);
            Near(expected, "halfWidth", effect.Interval().High - effect.Value);
            // Sides of equal size have the p of the ordinary test.
            Assert.True(effect.P >= (double)expected["scipyP"]! - 1e-9);
            if (expected["first"]!.AsArray().Count == expected["second"]!.AsArray().Count)
            {
                Near(expected, "scipyP", effect.P);
            }
        }
    }

    [Fact]
    public void A_mean_over_pairs_varies_as_the_jackknife_over_runs_has_it()
    {
        foreach (var expected in Cases("pairs", 4))
        {
            SeedPair[] pairs =
            [
                .. expected["pairs"]!
                    .AsArray()
                    .Select(one => new SeedPair((string)one![0]!, (string)one[1]!, (double)one[2]!)),
            ];
            var (variance, images) = ((double)expected["imageVariance"]!, (int)expected["images"]!);
            var effect = (bool)expected["within"]!
                ? PairMean.Within(pairs, variance, images)
                : PairMean.Between(pairs, variance, images);
            Near(expected, "mean", effect.Value);
            Near(expected, "spread", effect.SpreadVariance);
            Near(expected, "degreesOfFreedom", effect.DegreesOfFreedom);
            Near(expected, "halfWidth", effect.Interval().High - effect.Value);
        }
    }

    [Fact]
    public void Quantiles_are_those_of_Students_t()
    {
        foreach (var expected in Cases("quantiles", 54))
        {
            var (tail, freedom, t) = ((double)expected[0]!, (double)expected[1]!, (double)expected[2]!);
            Near(t, StudentT.OneSided(tail, freedom), 1e-7);
            Near(tail, StudentT.Above(t, freedom), 1e-7);
        }
    }

    [Fact]
    public void P_is_adjusted_as_Holm_has_it()
    {
        foreach (var expected in Cases("holm", 3))
        {
            var adjusted = Holm.Adjust([.. Numbers(expected["p"])]);
            Assert.Equal(Numbers(expected["adjusted"]), adjusted, (one, other) => Math.Abs(one - other) < 1e-12);
        }
    }

    private static IEnumerable<JsonNode> Cases(string section, int count)
    {
        var cases = Reference[section]!.AsArray();
        Assert.Equal(count, cases.Count);
        return cases.Select(one => one!);
    }

    private static SeedGroup Group(JsonNode? group) =>
        new(
            (double)group!["weight"]!,
            [.. group["seeds"]!.AsArray().Select(seed => ScoreSample.FromValues(Values(seed!)))]
        );

    private static ImmutableArray<double> Values(JsonNode seed) =>
        seed.GetValueKind() == JsonValueKind.String
            ? [.. ((string)seed!).Select(bit => bit == '1' ? 1.0 : 0.0)]
            : [.. Numbers(seed)];

    private static double[] Numbers(JsonNode? numbers) => [.. numbers!.AsArray().Select(number => (double)number!)];

    private static void Near(JsonNode expected, string name, double found) =>
        Near((double)expected[name]!, found);

    private static void Near(double expected, double found, double tolerance = 1e-8)
    {
        var most = tolerance * (Math.Abs(expected) + 1e-6);
        Assert.InRange(found, expected - most, expected + most);
    }
}
