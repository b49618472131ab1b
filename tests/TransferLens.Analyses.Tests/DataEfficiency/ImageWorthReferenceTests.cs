using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.DataEfficiency;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.DataEfficiency;

/// <summary>Numbers by NumPy and SciPy: tests/reference/efficiency.py.</summary>
public class ImageWorthReferenceTests
{
    // Neighbouring points in the search of an end differ by this factor, in which the reference is finer.
    private static readonly double Step = Math.Pow(2, 1 / 32.0);

    private static readonly JsonNode Reference = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "efficiency.json"))
    )!;

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Reference["cases"]!.AsArray().Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_pretraining_is_worth_and_its_interval_are_those_of_an_independent_computation(int number)
    {
        var expected = Reference["cases"]![number]!;
        var counts = Reference["counts"]!.AsArray().Select(count => (int)count!);
        var worth = ImageWorth.Measure(
            Scores((int)expected["images"]!, expected["pretrained"]!),
            [.. counts.Zip(expected["curve"]!.AsArray(), (images, scores) => Scores(images, scores!))]
        )!;
        Same((double?)expected["times"], worth.Times, 1 + 1e-9);
        Same((double?)expected["low"], worth.Low, Step);
        Same((double?)expected["high"], worth.High, Step);
    }

    private static void Same(double? expected, double? found, double factor)
    {
        Assert.Equal(expected is null, found is null);
        if (expected is { } value)
        {
            Assert.InRange(found!.Value, value / factor, value * factor);
        }
    }

    private static EfficiencyScores Scores(int images, JsonNode seeds) =>
        new(
            images,
            [.. seeds.AsArray().Select((bits, seed) => (seed + 1, ScoreSample.FromValues(Values((string)bits!))))]
        );

    private static ImmutableArray<double> Values(string bits) => [.. bits.Select(bit => bit == '1' ? 1.0 : 0.0)];
}
