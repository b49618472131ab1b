using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FsCheck.Xunit;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Mistakes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Tests.Mistakes;

public class MistakesTests
{
    private const int Classes = 3;

    [Property(MaxTest = 30)]
    public void The_four_counts_add_up_to_all_images_in_all_and_in_every_class(uint seed)
    {
        var (first, second, labels) = Random(seed, 50);
        var result = MistakeComparison.Compare(first, second, ImageLabels.SingleLabel(labels));
        Assert.Equal(
            50,
            result.Common.Count + result.OnlyFirst.Count + result.OnlySecond.Count + result.BothCorrect.Count
        );
        Assert.InRange(result.SameWrongLabel.Count, 0, result.Common.Count);
        Assert.All(result.Classes, c =>
            Assert.Equal(c.Examples, c.Common + c.OnlyFirst + c.OnlySecond + c.BothCorrect)
        );
        Assert.Equal(result.Common.Count, result.Classes.Sum(c => c.Common));
        Assert.Equal(first.Score, (result.BothCorrect.Count + result.OnlySecond.Count) / 50.0, 1e-12);
        Assert.Equal(second.Score, (result.BothCorrect.Count + result.OnlyFirst.Count) / 50.0, 1e-12);
    }

    [Property(MaxTest = 30)]
    public void Swapping_the_two_swaps_what_only_one_gets_wrong_and_nothing_else(uint seed)
    {
        var (first, second, labels) = Random(seed, 40);
        var (there, back) = (
            MistakeComparison.Compare(first, second, ImageLabels.SingleLabel(labels)),
            MistakeComparison.Compare(second, first, ImageLabels.SingleLabel(labels))
        );
        Assert.Equal(there.OnlyFirst, back.OnlySecond);
        Assert.Equal(there.OnlySecond, back.OnlyFirst);
        Assert.Equal(there.OnlyFirstImages, back.OnlySecondImages);
        Assert.Equal(
            (there.Common, there.BothCorrect, there.SameWrongLabel),
            (back.Common, back.BothCorrect, back.SameWrongLabel)
        );
        Assert.Equal((there.ErrorConsistency?.Value, there.McNemar), (back.ErrorConsistency?.Value, back.McNemar));
        Assert.Equal(there.Ensemble.Score, back.Ensemble.Score);
    }

    [Fact]
    public void A_model_makes_the_mistakes_that_it_makes_itself()
    {
        var (model, _, labels) = Random(3, 60);
        var result = MistakeComparison.Compare(model, model, ImageLabels.SingleLabel(labels));
        Assert.Equal((0, 0), (result.OnlyFirst.Count, result.OnlySecond.Count));
        Assert.Equal(result.Common.Count, result.SameWrongLabel.Count);
        Assert.Equal(1, result.ErrorConsistency!.Value, 1e-12);
        Assert.Equal(1, result.McNemar!.P);
        Assert.Equal((model.Score, 0), (result.Ensemble.Score.Value, result.Ensemble.Gain.Value));
        Assert.Empty(result.OnlyFirstImages);
    }

    [Fact]
    public void Counts_order_confidence_and_ensemble_are_those_worked_out_by_hand()
    {
        // Labels 0, 0, 1, 1, 2; the first is wrong on images 1 (taken for 1), 2 (for 0) and 4 (for 0), the second on 3 and 4 (for 0).
        var first = Evaluated([4, 0, 0], [0, 1, 0], [3, 0, 0], [0, 2, 0], [5, 0, 0]);
        var second = Evaluated([1, 0, 0], [2, 0, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0]);
        var result = MistakeComparison.Compare(first, second, ImageLabels.SingleLabel([0, 0, 1, 1, 2]));
        Assert.Equal(
            (1, 2, 1, 1, 1),
            (
                result.Common.Count,
                result.OnlyFirst.Count,
                result.OnlySecond.Count,
                result.BothCorrect.Count,
                result.SameWrongLabel.Count
            )
        );
        Assert.Equal(
            [new(2, 1, 0, null), new Mistake(1, 0, 1, null)],
            result.OnlyFirstImages.Select(mistake => mistake with { Confidence = null })
        );
        Assert.Equal(Math.Exp(3) / (Math.Exp(3) + 2), result.OnlyFirstImages[0].Confidence!.Value, 1e-12);
        Assert.Equal(new(3, 1, 0, null), Assert.Single(result.OnlySecondImages) with { Confidence = null });
        // Together right on 0, 1 and 3: there the right one of the two is the surer.
        Assert.Equal((0.6, 0), (result.Ensemble.Score.Value, result.Ensemble.Gain.Value));
        // Agreement 2/5; by chance 2/5 3/5 + 3/5 2/5 = 12/25.
        Assert.Equal((0.4 - 0.48) / (1 - 0.48), result.ErrorConsistency!.Value, 1e-12);
        Assert.Equal(1, result.SameWrongLabel.Share);
        Assert.Equal(new(1, 2, 0, 1, 1, 0, 0), result.Classes[1]);
    }

    [Fact]
    public void Intervals_are_those_of_the_bootstrap_over_images()
    {
        var (first, second, labels) = Random(5, 80);
        var result = MistakeComparison.Compare(first, second, ImageLabels.SingleLabel(labels));
        var (a, b) = (Bootstrap.Right(first, labels), Bootstrap.Right(second, labels));
        Assert.Equal(
            Bootstrap.Interval([.. a.Zip(b, (x, y) => (1 - x) * y)]),
            (result.OnlyFirst.Low!.Value, result.OnlyFirst.High!.Value)
        );
        Assert.InRange(result.Common.Share!.Value, result.Common.Low!.Value, result.Common.High!.Value);
        Assert.InRange(result.ErrorConsistency!.Value, result.ErrorConsistency.Low, result.ErrorConsistency.High);
    }

    [Fact]
    public void Scores_of_runs_and_pairs_are_on_the_resamples_of_the_intervals()
    {
        var (first, second, labels) = Random(5, 80);
        var all = ImageLabels.SingleLabel(labels);
        var (result, scores) = MistakeComparison.Measure(first, second, all);
        var runs = new Dictionary<string, EvaluationResult> { ["a"] = first, ["b"] = second };
        var read = Written(MistakeScores.Of(runs, [scores.Sample()], all));
        var consistency = MistakeScores.ReadConsistency(read, 0);
        Assert.Equal(result.ErrorConsistency!.Value, consistency.Value, 1e-12);
        Assert.Equal(
            (result.ErrorConsistency.Low, result.ErrorConsistency.High),
            Bootstrap.Ends([.. consistency.Draws])
        );
        var gain = MistakeScores.ReadEnsembleGain(read, 0, "a", "b");
        Assert.Equal(result.Ensemble.GainOverMean.Value, gain.Value, 1e-12);
        Assert.Equal(result.Ensemble.Score.Value - ((first.Score + second.Score) / 2), gain.Value, 1e-12);
        var (low, high) = Bootstrap.Ends([.. gain.Draws]);
        Assert.Equal(result.Ensemble.GainOverMean.Low, low, 1e-12);
        Assert.Equal(result.Ensemble.GainOverMean.High, high, 1e-12);
    }

    [Fact]
    public void The_rate_of_incorrect_decisions_is_a_mean_over_images()
    {
        var random = new NumpyRandom(7);
        var all = ImageLabels.MultiLabel(
            Classes,
            [.. Enumerable.Range(0, 40 * Classes).Select(_ => random.Below(2) == 1)]
        );
        var (first, second) = (Random(8, 40).First, Random(9, 40).Second);
        first = first with { Logits = [.. first.Logits.Select(logit => logit - 0.5f)] };
        second = second with { Logits = [.. second.Logits.Select(logit => logit - 0.5f)] };
        var (result, scores) = MistakeComparison.Measure(first, second, all);
        var runs = new Dictionary<string, EvaluationResult> { ["a"] = first, ["b"] = second };
        var read = Written(MistakeScores.Of(runs, [scores.Sample()], all));
        var difference = MistakeScores.ReadCorrect(read, "b").Minus(MistakeScores.ReadCorrect(read, "a"));
        Assert.True(difference.IsMean);
        Assert.Equal(result.Difference!.Value, difference.Value, 1e-12);
        var (low, high) = Bootstrap.Ends([.. difference.Draws]);
        Assert.Equal(result.Difference.Low, low, 1e-12);
        Assert.Equal(result.Difference.High, high, 1e-12);
        Assert.Equal(
            result.Ensemble.GainOverMean.Value,
            MistakeScores.ReadEnsembleGain(read, 0, "a", "b").Value,
            1e-12
        );
    }

    [Fact]
    public void Where_nothing_is_wrong_shares_of_nothing_are_undefined()
    {
        var perfect = Evaluated([1, 0, 0], [0, 1, 0]);
        var result = MistakeComparison.Compare(perfect, perfect, ImageLabels.SingleLabel([0, 1]));
        Assert.Null(result.ErrorConsistency);
        Assert.Equal(new(0, null, null, null), result.SameWrongLabel);
    }

    [Fact]
    public void Logits_that_are_no_numbers_are_a_mistake_without_confidence()
    {
        var broken = Evaluated([0, float.NaN, 0], [float.PositiveInfinity, 0, 0]);
        var sound = Evaluated([2, 0, 0], [0, 1, 0]);
        var result = MistakeComparison.Compare(broken, sound, ImageLabels.SingleLabel([0, 1]));
        Assert.Equal([new(0, 0, 1, null), new Mistake(1, 1, 0, null)], result.OnlyFirstImages);
        Assert.Equal(1, result.Ensemble.Score.Value);
    }

    [Fact]
    public void Networks_of_other_classes_or_images_are_refused()
    {
        var (three, four) = (Evaluated([1, 0, 0]), Evaluated([1, 0, 0, 0]));
        Assert.Contains(
            "3 classes and the second 4",
            Assert
                .Throws<InputException>(() => MistakeComparison.Compare(three, four, ImageLabels.SingleLabel([0])))
                .Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InputException>(() =>
            MistakeComparison.Compare(three, Evaluated([1, 0, 0], [1, 0, 0]), ImageLabels.SingleLabel([0]))
        );
        Assert.Throws<InputException>(() => MistakeComparison.Compare(three, three, ImageLabels.SingleLabel([3])));
        Assert.Throws<InputException>(() => MistakeComparison.Compare(three, three, ImageLabels.SingleLabel([])));
    }

    [Fact]
    public void Scores_and_counts_of_two_published_networks_agree_with_the_independent_values()
    {
        var golden = SharedData.Golden()["mistakes resnet20 resnet56"]!;
        var folder = Path.Combine(SharedData.Images("cifar10-test"), "test");
        using var images = ImageCache.OpenOrBuild(
            ImageFormats.Open(new("image_folder", folder, ImmutableSortedDictionary<string, string>.Empty)),
            new(32, 32, Normalization.ImageNet),
            false,
            null,
            TestContext.Current.CancellationToken
        );
        var result = MistakeComparison.Compare(
            Measured("resnet20", "resnet20-12fca82f.th"),
            Measured("resnet56", "resnet56-4bfd9763.th"),
            images.Labels
        );
        Assert.Equal((int)golden["common"]!, result.Common.Count, 10.0);
        Assert.Equal((int)golden["only_a"]!, result.OnlyFirst.Count, 10.0);
        Assert.Equal((int)golden["only_b"]!, result.OnlySecond.Count, 10.0);
        Assert.Equal((int)golden["both_correct"]!, result.BothCorrect.Count, 10.0);

        EvaluationResult Measured(string name, string file)
        {
            using var weights = Checkpoint.Read(SharedData.File($"weights/{file}"));
            using var network = Networks.Create($"cifar_{name}", 10, 0);
            WeightsLoader.Load(network, weights, newHead: false);
            var found = Evaluator.Evaluate(
                network,
                images,
                new(Normalization.ImageNet, 128, Precision.Float32),
                null,
                TestContext.Current.CancellationToken
            );
            var alone = SharedData.Golden()["evaluate"]![name]!;
            Assert.Equal((double)alone["accuracy"]!, found.Score, 0.002);
            Assert.Equal((double)alone["loss"]!, found.Loss, 0.01);
            return found;
        }
    }

    private static JsonObject Written(IEnumerable<(string Name, ScoreSample Score)> scores) =>
        new(scores.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)ScoreFile.Encode(one.Score))));

    private static EvaluationResult Evaluated(params float[][] logits) =>
        new(0, 0, logits.Length, [.. logits.SelectMany(row => row)], logits[0].Length);

    private static (EvaluationResult First, EvaluationResult Second, ImmutableArray<int> Labels) Random(
        uint seed,
        int count
    )
    {
        var random = new NumpyRandom(seed);
        ImmutableArray<int> labels = [.. Enumerable.Range(0, count).Select(_ => random.Below(Classes))];
        return (Drawn(), Drawn(), labels);

        EvaluationResult Drawn()
        {
            float[] logits =
            [
                .. Enumerable
                    .Range(0, count * Classes)
                    .Select(i => (float)random.Uniform() + (i % Classes == labels[i / Classes] ? 0.3f : 0)),
            ];
            var drawn = new EvaluationResult(0, 0, count, logits, Classes);
            return drawn with { Score = Bootstrap.Right(drawn, labels).Average() };
        }
    }
}
