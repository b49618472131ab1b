using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Analyses.LearningCurves;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.LearningCurves;

public sealed class LearningCurvesTests : IDisposable
{
    private const string Runs =
        "{P-T: {init: pretrained, learning_rate: 0.1, seeds: [1, 2]}, "
        + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";

    private const string ThreeSeeds =
        "{P-T: {init: pretrained, learning_rate: 0.1, seeds: [1, 2, 3]}, "
        + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2, 3]}}";

    private readonly MadeUpStudy study = new(new LearningCurvesAnalysis());

    public void Dispose() => study.Dispose();

    [Theory]
    [InlineData(0.80, 0.60, "Pretraining helps on drawn: P-T ends 20.0 points above RI-T (95 % CI ", 1)]
    [InlineData(0.60, 0.80, "Pretraining hurts on drawn: P-T ends 20.0 points below RI-T (95 % CI ", -1)]
    public void A_difference_counts_beyond_seeds_and_test_images_only(
        double pretrained,
        double random,
        string sentence,
        int sign
    )
    {
        var finding = Gain(pretrained, random);
        var gain = finding.Evidence[0];
        double[] ends = [100 * sign * gain.Low!.Value, 100 * sign * gain.High!.Value];
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"{sentence}{ends.Min():0.0} to {ends.Max():0.0})."),
            finding.Sentence
        );
        Assert.Equal(Question.Gain, finding.Question);
        Assert.Equal(
            [pretrained - random, pretrained, random],
            finding.Evidence.Take(3).Select(evidence => evidence.Value),
            (one, other) => Math.Abs(one - other) < 1e-9
        );
        // Two seeds a side.
        Assert.Equal(Confidence.Medium, finding.Confidence);
    }

    [Fact]
    public void What_is_not_detected_is_said_with_its_interval_and_with_what_would_decide()
    {
        var finding = Gain(0.702, 0.70);
        Assert.Matches(
            @"^No gain detected on drawn: P-T minus RI-T is between -\d\.\d and \+\d\.\d points\.$",
            finding.Sentence
        );
        Assert.Matches(
            @"^About [0-9,]+ more test images would decide\. P-T ends at 70\.2 % \(95 % CI ",
            finding.Detail
        );
        Assert.DoesNotContain("gone undetected", finding.Detail, StringComparison.Ordinal);
        Assert.NotEqual(Confidence.High, finding.Confidence);
        Assert.Equal("Use more test images before you rely on P for drawn.", finding.Recommendation);
    }

    [Fact]
    public void On_28_images_32_points_are_a_gain()
    {
        // Every P-T errs on the first image only; every RI-T on it and on 9 others, by seed.
        var finding = Gain(ThreeSeeds, task =>
            [
                .. Enumerable
                    .Range(0, 28)
                    .Select(i => i - (3 * Seed(task)) is >= 0 and < 9 && !IsPretrained(task) ? 0 : Math.Min(i, 1.0)),
            ]
        );
        Assert.StartsWith(
            "Pretraining helps on drawn: P-T ends 32.1 points above RI-T (95 % CI ",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.True(finding.Evidence[0].Low > 0.1 && finding.Evidence[0].High < 0.55);
        Assert.Equal(Confidence.High, finding.Confidence);
    }

    [Fact]
    public void On_28_images_4_points_are_open_and_of_low_confidence()
    {
        var finding = Gain(ThreeSeeds, task =>
            [.. Enumerable.Range(0, 28).Select(i => i < 20 + (IsPretrained(task) ? 1 : 0) ? 1.0 : 0)]
        );
        Assert.Matches(@"is between -\d\.\d and \+\d+\.\d points\.$", finding.Sentence);
        Assert.Equal(Confidence.Low, finding.Confidence);
        Assert.Matches("^About [0-9,]+ more test images would decide\\.", finding.Detail);
        Assert.Equal("Use more test images before you rely on P for drawn.", finding.Recommendation);
    }

    [Theory]
    [InlineData(0.80, 0.60, "Unequal learning rates: P-T ends 20.0 points above RI-T on drawn (95 % CI ")]
    [InlineData(0.60, 0.80, "Unequal learning rates: P-T ends 20.0 points below RI-T on drawn (95 % CI ")]
    [InlineData(0.60, 0.60, "Unequal learning rates: no difference detected on drawn: P-T minus RI-T is between ")]
    public void Single_rates_that_differ_are_named_first_and_the_confidence_is_low(
        double pretrained,
        double random,
        string start
    )
    {
        var differing = ThreeSeeds.Replace(
            "pretrained, learning_rate: 0.1",
            "pretrained, learning_rate: 0.02",
            StringComparison.Ordinal
        );
        var (finding, equal) = (
            Conclude(differing, task => IsPretrained(task) ? pretrained : random).Findings.Single(),
            Conclude(ThreeSeeds, task => IsPretrained(task) ? pretrained : random).Findings.Single()
        );
        Assert.StartsWith(start, finding.Sentence, StringComparison.Ordinal);
        Assert.True(finding.Sentence.Split(' ').Length <= 20, finding.Sentence);
        Assert.StartsWith(
            "P-T has learning rate 0.02 and RI-T 0.1: the difference may come from the rates. ",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.Equal((Confidence.Low, true), (finding.Confidence, finding.Decision!.UnequalRates));
        Assert.Equal("Give P-T and RI-T the same list of learning rates.", finding.Recommendation);
        // The numbers are the same at equal rates; only what may be said of them is not.
        Assert.Equal(equal.Evidence.AsEnumerable(), finding.Evidence);
        Assert.False(equal.Decision!.UnequalRates);
        Assert.DoesNotContain("earning rate", $"{equal.Sentence} {equal.Detail}", StringComparison.Ordinal);
    }

    [Fact]
    public void Each_start_has_its_best_rate_and_the_gain_at_equal_rates_is_next_to_it()
    {
        const string Rates =
            "{P-T: {init: pretrained, learning_rate: [0.02, 0.1], seeds: [1, 2, 3]}, "
            + "RI-T: {init: random, learning_rate: [0.02, 0.1], seeds: [1, 2, 3]}}";
        // P-T is better at the smaller rate by 10 points, RI-T at the larger one by 20.
        var section = Conclude(Rates, task =>
            (IsPretrained(task), task.Title.Contains("lr 0.1", StringComparison.Ordinal)) switch
            {
                (true, false) => 0.85,
                (true, true) => 0.75,
                (false, false) => 0.5,
                (false, true) => 0.7,
            }
        );
        var finding = section.Findings.Single();
        Assert.StartsWith(
            "Pretraining helps on drawn: P-T, learning rate 0.02 ends 15.0 points above RI-T, learning rate 0.1 (",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Matches(
            @"^At equal learning rates, the gain is \+35\.0 points at 0\.02 \(95 % CI \+3\d\.\d to \+3\d\.\d\), "
                + @"\+5\.0 points at 0\.1 \(95 % CI \+\d\.\d to \+\d\.\d\)\. ",
            finding.Detail
        );
        Assert.Equal([0.15, 0.35, 0.05], finding.Evidence.Take(3).Select(evidence => Math.Round(evidence.Value, 9)));
        var over = Assert.Single(section.Result.AsArray(), group => group!["gainOver"] is not null)!["gainOver"]!;
        Assert.Equal(
            ["0.02: 0.35", "0.1: 0.05"],
            over["equalRates"]!
                .AsArray()
                .Select(one =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(double)one!["learningRate"]!}: {Math.Round((double)one["effect"]!["value"]!, 9)}"
                    )
                )
        );
        var table = section.Tables.Single(one => one.Name == "learning_curves-gains");
        Assert.Equal(["best of each", "equal", "equal"], table.Rows.Select(row => (string)row[1]!));
        // Without validation images, the test images chose.
        Assert.Equal(Confidence.Low, finding.Confidence);
        Assert.False(finding.Decision!.UnequalRates);
    }

    [Fact]
    public void The_best_of_several_rates_was_chosen_on_the_test_images()
    {
        const string Rates =
            "{P-T: {init: pretrained, learning_rate: [0.02, 0.1], seeds: [1, 2, 3]}, "
            + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2, 3]}}";
        var section = Conclude(Rates, task => task.Title.Contains("P-T lr 0.1", StringComparison.Ordinal) ? 0.85
            : IsPretrained(task) ? 0.80
            : 0.60);
        var finding = section.Findings.Single();
        Assert.Contains(
            "P-T, learning rate 0.1 ends 25.0 points above RI-T",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "P-T, learning rate 0.1 is the best of 2 on these test images, so its score is optimistic.",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.True(finding.Decision!.ChosenOnTestImages);
        Assert.Equal(Confidence.Low, finding.Confidence);
        var over = Assert.Single(section.Result.AsArray(), group => group!["gainOver"] is not null)!;
        Assert.Equal(0.1, (double)over["learningRate"]!);
        Assert.True((bool)over["gainOver"]!["chosenOnTestImages"]!);
        Assert.Equal("RI-T", (string?)over["gainOver"]!["run"]);
        Assert.Equal(finding.Evidence[0].Low, (double)over["gainOver"]!["effect"]!["low"]!);
    }

    [Fact]
    public void A_side_that_has_not_fitted_its_training_images_is_named()
    {
        var finding = Gain(0.80, 0.60, training: (0.998, 0.712));
        Assert.Contains(
            "RI-T has not fitted its training images: mean accuracy 71.2 % against 99.8 %.",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.Equal("Start from P. Train RI-T longer to see how much is due to P.", finding.Recommendation);
        Assert.Equal([0.998, 0.712], finding.Evidence.TakeLast(2).Select(evidence => Math.Round(evidence.Value, 9)));

        Assert.Equal(
            "Train P-T longer on drawn, then compare again.",
            Gain(0.60, 0.80, training: (0.712, 0.998)).Recommendation
        );
        // P-T is better although it lags, and 4 points are no lag.
        Assert.Equal("Start from P on drawn.", Gain(0.80, 0.60, training: (0.7, 0.9)).Recommendation);
        Assert.DoesNotContain("fitted", Gain(0.80, 0.60, training: (0.94, 0.90)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_that_disagree_are_named()
    {
        var opposite = Gain(0.80, 0.75, balanced: (0.60, 0.70));
        Assert.StartsWith("Pretraining helps", opposite.Sentence, StringComparison.Ordinal);
        Assert.Contains(
            "The metrics disagree: in balanced accuracy the loss is 10.0 points (95 % CI ",
            opposite.Detail,
            StringComparison.Ordinal
        );
        var more = Gain(0.80, 0.60, balanced: (0.80, 0.522));
        Assert.Contains(
            " In balanced accuracy the gain is 27.8 points (95 % CI ",
            more.Detail,
            StringComparison.Ordinal
        );
        Assert.Contains(more.Evidence, evidence =>
            evidence.Name.StartsWith("P-T minus RI-T in balanced accuracy", StringComparison.Ordinal)
            && Math.Abs(evidence.Value - 0.278) < 1e-9
            && evidence.Low < evidence.Value
        );
        Assert.DoesNotContain("balanced", Gain(0.80, 0.60, balanced: (0.79, 0.60)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_have_the_interval_of_their_mean()
    {
        var section = Conclude(Runs, task => IsPretrained(task) ? 0.8 : 0.6);
        Assert.Equal(
            [0.8, 0.6],
            section.Result.AsArray().Select(group => Math.Round((double)group!["finalInterval"]!["value"]!, 9))
        );
        Assert.Equal("seeds and test images", (string?)section.Result[0]!["finalInterval"]!["covers"]);
    }

    private static bool IsPretrained(TaskSpec task) => task.Title.Contains("P-T", StringComparison.Ordinal);

    private static int Seed(TaskSpec task) =>
        Enumerable.Range(1, 3).Single(seed => task.Title.Contains($"s{seed}", StringComparison.Ordinal));

    // Accuracies are 0.2 points about the mean over seeds.
    private Finding Gain(
        double pretrained,
        double random,
        (double Pretrained, double Random)? training = null,
        (double Pretrained, double Random)? balanced = null
    ) =>
        Assert.Single(
            study
                .Conclude(study.Plan("", runs: Runs), task =>
                {
                    var accuracy = (IsPretrained(task) ? pretrained : random) + (Seed(task) == 1 ? 0.002 : -0.002);
                    if (task.Kind == StudyTasks.TrainKind)
                    {
                        var (first, second) = training ?? (0.9, 0.9);
                        return MadeUpStudy.Trained((IsPretrained(task) ? first : second) - 0.1);
                    }

                    var evaluated = MadeUpStudy.Evaluated(accuracy);
                    if (balanced is var (one, other))
                    {
                        evaluated["balancedAccuracy"] = IsPretrained(task) ? one : other;
                    }

                    return evaluated;
                })
                .Findings
        );

    private AnalysisSection Conclude(string runs, Func<TaskSpec, double> accuracy) =>
        study.Conclude(study.Plan("", runs: runs), task =>
            task.Kind == StudyTasks.TrainKind ? MadeUpStudy.Trained(0.8) : MadeUpStudy.Evaluated(accuracy(task))
        );

    // From the image-wise correctness of each run.
    private Finding Gain(string runs, Func<TaskSpec, ImmutableArray<double>> correct) =>
        Assert.Single(
            study
                .Conclude(study.Plan("", runs: runs), (task, file) => (task.Kind == StudyTasks.TrainKind, file) switch
                    {
                        (true, _) => MadeUpStudy.Trained(0.8),
                        (_, ScoreFile.Name) => new()
                        {
                            ["accuracy"] = ScoreFile.Encode(ScoreSample.FromValues(correct(task))),
                            ["balancedAccuracy"] = ScoreFile.Encode(ScoreSample.FromValues(correct(task))),
                        },
                        _ => MadeUpStudy.Evaluated(correct(task).Average()),
                    })
                .Findings
        );
}
