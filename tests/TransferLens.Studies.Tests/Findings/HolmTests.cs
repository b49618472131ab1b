using FsCheck.Xunit;
using TransferLens.Studies.Findings;

namespace TransferLens.Studies.Tests.Findings;

public class HolmTests
{
    [Fact]
    public void Values_by_hand()
    {
        // 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 not below the one before.
        Assert.Equal([0.06, 0.03, 0.06, 0.02], Holm.Adjust([0.04, 0.01, 0.03, 0.005]), Near);
        Assert.Equal([1, 1, 0.03], Holm.Adjust([0.5, 0.9, 0.01]), Near);
        Assert.Equal([0.2], Holm.Adjust([0.2]));
        Assert.Equal([0.1, 0.1], Holm.Adjust([0.05, 0.05]), Near);
        Assert.Empty(Holm.Adjust(Array.Empty<double>()));
    }

    [Property]
    public void It_never_falls_keeps_the_order_and_is_at_most_Bonferronis(byte[] numbers)
    {
        double[] p = [.. numbers.Select(number => number / 255.0)];
        var adjusted = Holm.Adjust(p);
        for (var i = 0; i < p.Length; i++)
        {
            Assert.InRange(adjusted[i], p[i], Math.Min(1, p.Length * p[i]));
            Assert.All(Enumerable.Range(0, p.Length), j => Assert.True(p[i] > p[j] || adjusted[i] <= adjusted[j]));
        }

        Assert.True(p.Length == 0 || Near(adjusted.Min(), Math.Min(1, p.Length * p.Min())));
    }

    [Fact]
    public void Headline_answers_and_explanations_are_two_families()
    {
        var findings = Holm.Adjust([
            Answer(0.02, "which checkpoint"),
            Answer(0.04, null),
            Answer(0.03, "is it worth it"),
            new("a", "Two runs diverged.", Confidence.High, []),
            Answer(0.001, null),
        ]);
        Assert.Equal([0.04, 0.04, 0.04, null, 0.002], findings.Select(finding => finding.Decision?.AdjustedP), Near);
        Assert.All(findings, finding => Assert.Equal(Confidence.High, finding.Confidence));
    }

    [Fact]
    public void What_is_detected_alone_but_not_among_all_is_of_medium_confidence()
    {
        var findings = Holm.Adjust([Answer(0.03, "one"), Answer(0.001, "two"), Answer(0.4, "three")]);
        Assert.Equal([0.06, 0.003, 0.4], findings.Select(finding => finding.Decision!.AdjustedP), Near);
        Assert.Equal(
            [Confidence.Medium, Confidence.High, Confidence.Low],
            findings.Select(finding => finding.Confidence)
        );
        Assert.Equal(Confidence.High, Answer(0.03, "one").Confidence);
        // The sentence stays: what it states is decided by the p of its own test.
        Assert.All(findings.Take(2), finding => Assert.True(finding.Decision!.IsDetected));
    }

    private static Finding Answer(double p, string? question) =>
        new("a", "It differs.", new Decision(p, 3), []) { Question = question };

    private static bool Near(double? one, double? other) =>
        one is null ? other is null : other is { } found && Math.Abs(one.Value - found) < 1e-12;

    private static bool Near(double one, double other) => Math.Abs(one - other) < 1e-12;
}
