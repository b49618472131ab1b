using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Evaluation;

public class MetricsTests
{
    private static readonly ImageLabels MultiLabel = ImageLabels.MultiLabel(
        2,
        [true, false, true, true, false, false, false, true]
    );

    // The share of images whose label is among the two largest logits.
    private sealed class TopTwo : ImageMetric
    {
        public override string Key => "top_two";

        public override string Name => "top-two accuracy";

        public override ImageScore Score(EvaluationResult evaluation, ImageLabels labels) =>
            new ImageMean([
                .. labels.Single.Select(
                    (label, image) =>
                        evaluation.Row(image).ToArray().OrderDescending().Take(2).Contains(evaluation.Row(image)[label])
                            ? 1.0
                            : 0
                ),
            ]);

        public override double Chance(ImageLabels labels, int classes) => 2.0 / classes;
    }

    [Fact]
    public void A_metric_is_found_by_its_key_or_is_the_images_default()
    {
        Assert.All(Metrics.All, metric => Assert.Same(metric, Metrics.Find(metric.Key)));
        Assert.Equal("accuracy", Metrics.DefaultFor(ImageLabels.SingleLabel([0, 1])).Key);
        Assert.Equal("mean_auc", Metrics.DefaultFor(MultiLabel).Key);
        Assert.Equal(
            "There is no metric 'f2'; choose one of accuracy, balanced_accuracy, macro_f1, top_5, mean_auc.",
            Assert.Throws<InputException>(() => Metrics.Find("f2")).Message
        );
    }

    [Fact]
    public void Where_classes_are_of_equal_size_balanced_accuracy_is_accuracy()
    {
        var (evaluation, labels) = Random(classes: 6, images: 120, label: image => image % 6);
        Assert.Equal(Value("accuracy", evaluation, labels), Value("balanced_accuracy", evaluation, labels), 1e-12);
    }

    [Fact]
    public void Perfect_predictions_score_1_in_every_metric()
    {
        var labels = ImageLabels.SingleLabel([.. Enumerable.Range(0, 60).Select(image => image % 7)]);
        float[] logits = [.. from label in labels.Single from c in Enumerable.Range(0, 7) select c == label ? 3f : -1f];
        var evaluation = new EvaluationResult(1, 0, 60, logits, 7);
        Assert.All(Metrics.All, metric => Assert.Equal(1, metric.Score(evaluation, labels).Value, 1e-12));
    }

    [Fact]
    public void Every_interval_contains_its_score_and_repeats()
    {
        var (evaluation, labels) = Random(classes: 7, images: 200, label: image => image * image % 7);
        Assert.All(Metrics.All, metric =>
        {
            var score = metric.Score(evaluation, labels);
            var (low, high) = Bootstrap.Interval(score);
            Assert.InRange(score.Value, low, high);
            Assert.True(high > low);
            Assert.Equal((low, high), Bootstrap.Interval(score));
        });
    }

    [Fact]
    public void A_resample_scores_as_the_images_that_it_repeats()
    {
        var (evaluation, labels) = Random(classes: 6, images: 40, label: image => image % 4);
        var random = new Random(3);
        int[] drawn = [.. Enumerable.Range(0, 40).Select(_ => random.Next(40))];
        int[] counts = [.. Enumerable.Range(0, 40).Select(image => drawn.Count(one => one == image))];
        var repeated = evaluation with { Logits = [.. drawn.SelectMany(image => evaluation.Row(image).ToArray())] };
        Assert.All(Metrics.All, metric =>
            Assert.Equal(
                metric.Score(repeated, labels.At(drawn)).Value,
                metric.Score(evaluation, labels).Resample(drawn, counts),
                1e-12
            )
        );
    }

    [Fact]
    public void A_difference_of_a_score_with_itself_is_0_on_every_resample()
    {
        var (evaluation, labels) = Random(classes: 6, images: 60, label: image => image % 5);
        Assert.All(Metrics.All, metric =>
        {
            var score = metric.Score(evaluation, labels);
            Assert.Equal((0, 0), Bootstrap.Interval(ImageScore.Difference([score], [score])));
        });
    }

    [Fact]
    public void A_class_that_is_never_predicted_has_an_F1_of_0_and_one_without_images_is_left_out()
    {
        // Two classes with images, of which one is always predicted; a third has neither images nor predictions.
        var labels = ImageLabels.SingleLabel([0, 0, 0, 1]);
        var evaluation = new EvaluationResult(
            0,
            0,
            4,
            [.. Enumerable.Repeat<float[]>([2, 1, 0], 4).SelectMany(x => x)],
            3
        );
        var counts = ClassPredictions.Create(evaluation, labels).Count();
        Assert.Equal([1.0, 0.0, null], Enumerable.Range(0, 3).Select(counts.Recall));
        Assert.Equal([0.75, null, null], Enumerable.Range(0, 3).Select(counts.Precision));
        Assert.Equal(0.5, counts.BalancedAccuracy);
        Assert.Equal((6.0 / 7) / 2, counts.MacroF1!.Value, 1e-12);
    }

    [Fact]
    public void Constant_predictions_reach_exactly_the_chance_level()
    {
        var labels = ImageLabels.SingleLabel([
            .. Enumerable.Range(0, 70).Select(image => image % 10 < 4 ? 0 : image % 7),
        ]);
        float[] row = [6, 5, 4, 3, 2, 1, 0];
        var evaluation = new EvaluationResult(0, 0, 70, [.. Enumerable.Repeat(row, 70).SelectMany(x => x)], 7);
        foreach (var key in new[] { "accuracy", "balanced_accuracy", "macro_f1", "mean_auc" })
        {
            var metric = Metrics.Find(key);
            Assert.Equal(metric.Chance(labels, 7), metric.Score(evaluation, labels).Value, 1e-12);
        }
    }

    [Fact]
    public void An_image_with_a_logit_that_is_not_finite_is_a_mistake_and_a_prediction_of_no_class()
    {
        var labels = ImageLabels.SingleLabel([0, 1]);
        var evaluation = new EvaluationResult(0, 0, 2, [float.NaN, 1, 2, 3, 4, 5, 0, 1, 0, 0, 0, 0], 6);
        var counts = ClassPredictions.Create(evaluation, labels).Count();
        Assert.Equal([0.0, 1.0], Enumerable.Range(0, 2).Select(of => counts.Recall(of)!.Value));
        Assert.Equal(1, counts.Predicted.Sum());
        Assert.Equal(0.5, Value("top_5", evaluation, labels));
        Assert.Null(CalibrationError.Measure(evaluation, labels));
        Assert.Null(Temperature.Fit(evaluation, labels));
    }

    [Fact]
    public void Top_5_refuses_five_classes()
    {
        var (evaluation, labels) = Random(classes: 5, images: 10, label: image => image % 5);
        var error = Assert.Throws<InputException>(() => Metrics.Find("top_5").Score(evaluation, labels));
        Assert.Equal("The metric top_5 needs at least 6 classes and there are 5; choose accuracy.", error.Message);
    }

    [Fact]
    public void Macro_F1_of_multi_label_images_decides_at_a_probability_of_one_half()
    {
        // Label 0: 1 of 2 found, nothing else predicted; label 1: 2 of 2 found, and one prediction too many.
        float[] logits = [1, 2, -1, 1, -1, -1, -1, 1];
        var evaluation = new EvaluationResult(0, 0, 4, logits, 2);
        Assert.Equal(((2.0 / 3) + 0.8) / 2, Value("macro_f1", evaluation, MultiLabel), 1e-12);
        Assert.Throws<InputException>(() => Metrics.Choose("accuracy", MultiLabel, 2));
    }

    [Fact]
    public void Two_classes_have_one_AUC_whichever_is_called_positive()
    {
        var (evaluation, labels) = Random(classes: 2, images: 50, label: image => image % 3 == 0 ? 1 : 0);
        var areas = MeanAuc.Of(evaluation.Logits, labels).Labels;
        Assert.Equal(areas[0]!.Value, areas[1]!.Value, 1e-12);
    }

    [Fact]
    public void A_probability_that_rounds_to_1_still_has_its_place_in_the_order()
    {
        // Both probabilities of class 0 are 1 in double precision.
        var labels = ImageLabels.SingleLabel([0, 1]);
        Assert.Equal(1, MeanAuc.Of([900, 0, 800, 0], labels).Value);
        Assert.Equal(0, MeanAuc.Of([800, 0, 900, 0], labels).Value);
    }

    [Fact]
    public void A_metric_of_a_user_is_found_scored_and_resampled()
    {
        ImmutableArray<ImageMetric> metrics = [.. Metrics.All, new TopTwo()];
        var (evaluation, labels) = Random(classes: 4, images: 80, label: image => image % 4);
        var metric = Metrics.Choose("top_two", labels, 4, metrics);
        var score = ImageScore.Of(evaluation with { Metric = metric }, labels);
        Assert.InRange(score.Value, Value("accuracy", evaluation, labels), 1);
        Assert.Equal("topTwo", metric.JsonName);
        var (low, high) = Bootstrap.Interval(score);
        Assert.InRange(score.Value, low, high);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1.0 / 15, 0)]
    [InlineData(0.0667, 1)]
    [InlineData(0.5, 7)]
    [InlineData(1, 14)]
    public void A_bin_of_confidence_contains_its_upper_end(double confidence, int bin) =>
        Assert.Equal(bin, CalibrationError.BinOf(confidence));

    [Fact]
    public void A_temperature_undoes_a_scaling_of_the_logits()
    {
        var (evaluation, labels) = Random(classes: 5, images: 300, label: image => image % 5);
        var one = Temperature.Fit(evaluation, labels)!.Value;
        var hot = evaluation with { Logits = [.. evaluation.Logits.Select(logit => 4 * logit)] };
        Assert.Equal(4 * one, Temperature.Fit(hot, labels)!.Value, 1e-6 * one);
    }

    [Fact]
    public void Predictions_that_are_all_correct_have_no_best_temperature()
    {
        var evaluation = new EvaluationResult(1, 0, 2, [3, 0, 0, 3], 2);
        Assert.Null(Temperature.Fit(evaluation, ImageLabels.SingleLabel([0, 1])));
    }

    private static double Value(string key, EvaluationResult evaluation, ImageLabels labels) =>
        Metrics.Find(key).Score(evaluation, labels).Value;

    // Logits that lean towards the label.
    private static (EvaluationResult, ImageLabels) Random(int classes, int images, Func<int, int> label)
    {
        var random = new Random(11);
        ImmutableArray<int> labels = [.. Enumerable.Range(0, images).Select(label)];
        float[] logits =
        [
            .. from of in labels
            from c in Enumerable.Range(0, classes)
            select (float)(random.NextDouble() + (c == of ? 0.4 : 0)),
        ];
        return (new(0, 0, images, logits, classes), ImageLabels.SingleLabel(labels));
    }
}
