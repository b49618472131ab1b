using TransferLens.Report.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tests.Text;

public sealed class DecisionTextTests
{
    public static TheoryData<Decision, string?, string> Decisions { get; } =
        new()
        {
            { new(0.0312, 2), Question.Gain, "p = 0.03, 2 runs a side" },
            {
                new(0.003, 3) { AdjustedP = 0.003 },
                Question.Gain,
                "p = 0.003, 3 runs a side"
            },
            {
                new(0.003, 3) { AdjustedP = 0.024 },
                Question.Gain,
                "p = 0.003 (0.02 after Holm's adjustment for the questions of this report), 3 runs a side"
            },
            {
                new(1e-9, 3) { AdjustedP = 0.0498 },
                null,
                "p < 0.001 (0.0498 after Holm's adjustment for the other findings of this report), 3 runs a side"
            },
            {
                new(1, 1) { CoversSeeds = false, AdjustedP = 1 },
                Question.Gain,
                "p = 1, 1 run a side"
            },
            {
                new(0.4, 2) { CoversSeeds = false, ExcludesMore = true },
                null,
                "p = 0.40, 2 runs a side, spread between seeds left out, a difference beyond the margin is excluded"
            },
            {
                new(0.02, 3) { ChosenOnTestImages = true },
                null,
                "p = 0.02, 3 runs a side, chosen on the test images"
            },
        };

    [Theory]
    [MemberData(nameof(Decisions))]
    public void A_decision_is_its_p_its_runs_and_what_limits_it(Decision decision, string? question, string words) =>
        Assert.Equal(words, DecisionText.Describe(new("a", "s.", decision, []) { Question = question }));

    // Near the limit of 0.05, rounding must not move p across it.
    [Theory]
    [InlineData(0.0499, "0.0499")]
    [InlineData(0.0501, "0.0501")]
    [InlineData(0.049, "0.049")]
    [InlineData(0.051, "0.051")]
    public void Near_the_limit_p_has_more_digits_so_that_rounding_does_not_move_it_across(double p, string shown) =>
        Assert.StartsWith(
            $"p = {shown},",
            DecisionText.Describe(new("a", "s.", new Decision(p, 3), [])),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_count_of_what_happened_rests_on_no_test() =>
        Assert.Null(DecisionText.Describe(new("a", "s.", Confidence.High, [])));
}
