using TransferLens.Analyses.ParameterDistance;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests.ParameterDistance;

public sealed class DistanceFindingsTests : IDisposable
{
    private readonly MadeUpStudy study = new(new DistanceAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void Runs_that_began_apart_and_moved_alike_are_not_called_farther_apart_because_of_training()
    {
        var section = Conclude(Runs(0.1, 0.1), label => 7 + Jitter(label));
        Assert.Equal(
            [
                "P-T runs end 9.8 apart and began together; RI-T runs end 50.8 apart and began 52.0 apart (drawn).",
                "No difference in movement detected on drawn: P-T moved 7.2, RI-T 7.2.",
            ],
            section.Findings.Select(finding => finding.Sentence)
        );
        var (ends, movement) = (section.Findings[0], section.Findings[1]);
        Assert.EndsWith("so the difference cannot be attributed to training.", ends.Detail, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, movement.Confidence);
        Assert.Equal(1, movement.Decision!.P);
        Assert.StartsWith("Difference: 95 % CI -0.", movement.Detail, StringComparison.Ordinal);
        Assert.All(section.Findings, finding =>
        {
            Assert.DoesNotContain("closer", finding.Sentence + finding.Detail, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("farther", finding.Sentence + finding.Detail, StringComparison.OrdinalIgnoreCase);
            Assert.True(finding.Sentence.Split(' ').Length <= 20, finding.Sentence);
        });
    }

    [Fact]
    public void Distances_are_those_without_heads_and_a_finding_rests_on_their_difference()
    {
        var section = Conclude(Runs(0.1, 0.1), label => 7 + Jitter(label));
        var entry = section.Result.AsArray()[^1]!;
        // The pairs of a kind are 9.7, 9.8 and 9.9, or 50.7, 50.8 and 50.9, apart, and each mean without a run is that
        // of the other pair: by hand 2/3 (0.1^2 + 0.1^2) a kind.
        var body = entry["difference"]!["body"]!;
        Assert.Equal(-41, (double)body["value"]!, 1e-9);
        Assert.Equal(Math.Sqrt(2 * (2.0 / 3) * 0.02), (double)body["standardError"]!, 1e-9);
        Assert.Equal(4, (double)body["degreesOfFreedom"]!, 1e-9);
        Assert.Equal("seeds", (string?)body["covers"]);
        Assert.Equal((double)body["p"]!, section.Findings[0].Decision!.P);
        Assert.Equal(Confidence.High, section.Findings[0].Confidence);
        var began = section
            .Findings[0]
            .Evidence.First(one =>
                one.Name.StartsWith("distance between the initial weights of RI-T", StringComparison.Ordinal)
            );
        Assert.Equal(52, began.Value);
    }

    [Fact]
    public void The_kind_that_moves_less_is_named_with_the_interval_of_the_difference()
    {
        var section = Conclude(Runs(0.1, 0.1), label => (IsPretrained(label) ? 7 : 7.9) + Jitter(label));
        // Welch's interval of [7.1, 7.3, 7.2], [8.0, 8.2, 8.1] by scipy.stats.t.ppf
        Assert.Equal(
            "P-T moves less than RI-T on drawn: 7.2 against 8.1 (difference 95 % CI 0.67 to 1.13).",
            section.Findings[1].Sentence
        );
        Assert.Equal(Confidence.High, section.Findings[1].Confidence);
    }

    [Theory]
    [InlineData(0.02, "", "learning rate (0.02 and 0.1)")]
    [InlineData(0.1, ", epochs: 3", "epochs")]
    public void Runs_with_unequal_settings_are_not_compared(double rate, string training, string unequal)
    {
        var section = Conclude(Runs(rate, 0.1, training), label => (IsPretrained(label) ? 1 : 90) + Jitter(label));
        var finding = Assert.Single(section.Findings);
        Assert.Equal($"Distances on drawn are not compared: P-T and RI-T differ in {unequal}.", finding.Sentence);
        Assert.Equal(
            "P-T runs end 9.8 apart, began together and moved 1.2; "
                + "RI-T runs end 50.8 apart, began 52.0 apart and moved 90.2.",
            finding.Detail
        );
        Assert.Null(finding.Decision);
        Assert.Equal(Confidence.Low, finding.Confidence);
        var entry = section.Result.AsArray()[^1]!;
        Assert.Null(entry["difference"]);
        Assert.Equal(unequal, (string?)entry["unequal"]);
    }

    [Fact]
    public void Of_several_learning_rates_only_equal_ones_are_compared()
    {
        // Runs from P at 0.02 moved by 1 and are not pooled with those at 0.1.
        var section = Conclude(Runs("[0.02, 0.1]", "0.1"), label =>
            label.Contains("0.02", StringComparison.Ordinal) ? 1 : 7 + Jitter(label)
        );
        Assert.Equal(2, section.Findings.Length);
        Assert.Equal(7.2, section.Findings[1].Evidence[0].Value, 1e-9);
        Assert.Equal(0.1, (double)section.Result.AsArray()[^1]!["pretrained"]!["learningRate"]!);
    }

    [Fact]
    public void Where_both_kinds_began_together_training_made_the_difference()
    {
        var section = Conclude(Runs("0.1", "0.1, init_seed: 1"), label => 7 + Jitter(label), randomBegan: 0);
        Assert.Equal(
            "P-T runs end 9.8 apart and began together; RI-T runs end 50.8 apart and began together (drawn).",
            section.Findings[0].Sentence
        );
        Assert.EndsWith("training made the difference.", section.Findings[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_pair_on_a_side_has_no_interval_and_decides_nothing()
    {
        var section = Conclude(Runs("0.1", "0.1", randomSeeds: "[1, 2]"), label => 7 + Jitter(label));
        var ends = section.Findings[0];
        Assert.StartsWith("P-T runs end 9.8 apart", ends.Sentence, StringComparison.Ordinal);
        Assert.StartsWith("Fewer than three runs", ends.Detail, StringComparison.Ordinal);
        Assert.Equal((1, Confidence.Low), (ends.Decision!.P, ends.Confidence));
        Assert.Null(section.Result.AsArray()[^1]!["difference"]!["body"]!["low"]);
    }

    [Fact]
    public void Bars_show_intervals_over_runs_without_the_head()
    {
        var section = Conclude(Runs(0.1, 0.1), label => 7 + Jitter(label));
        var panel = section.Figures.OfType<BarChart>().Single().Panels.Single();
        Assert.Equal(["conv1"], panel.Categories);
        var bars = panel.Series.Single(series => series.Label == "P-T & P-T");
        // t of 2 degrees of freedom times the jackknife's error.
        var half = 4.302653 * Math.Sqrt(2.0 / 3 * 0.02);
        Assert.Equal(9.8, bars.Values[0], 1e-9);
        Assert.Equal((9.8 - half, 9.8 + half), (bars.Low[0], bars.High[0]), Near);
    }

    private static bool Near((double Low, double High) one, (double Low, double High) other) =>
        Math.Abs(one.Low - other.Low) < 1e-5 && Math.Abs(one.High - other.High) < 1e-5;

    private AnalysisSection Conclude(string runs, Func<string, double> moved, double randomBegan = 52) =>
        study.Conclude(study.Plan("", runs: runs), task =>
            task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(0.5)
                : MadeUpDistances.Measure(
                    task,
                    (first, second) => (IsPretrained(first) ? 9.4 : 50.4) + Jitter(first) + Jitter(second),
                    (first, second) => IsPretrained(first) && IsPretrained(second) ? 0 : randomBegan,
                    moved
                )
        );

    private static string Runs(double pretrained, double random, string training = "") =>
        FormattableString.Invariant($"{Runs($"{pretrained}{training}", $"{random}")}");

    private static string Runs(string pretrained, string random, string randomSeeds = "[1, 2, 3]") =>
        $"{{P-T: {{init: pretrained, seeds: [1, 2, 3], learning_rate: {pretrained}}}, "
        + $"RI-T: {{init: random, seeds: {randomSeeds}, learning_rate: {random}}}}}";

    private static bool IsPretrained(string label) => label.StartsWith('P');

    // 0.1, 0.3 and 0.2 for the seeds 1, 2 and 3; 0.2 for P.
    private static double Jitter(string label) =>
        label[^1] switch
        {
            '1' => 0.1,
            '2' => 0.3,
            _ => 0.2,
        };
}
