using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Training;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Evaluation;

/// <summary>Compares with tests/reference/metrics.py, which scikit-learn agrees with.</summary>
public class MetricReferenceTests
{
    private const double Tolerance = 1e-9;

    private sealed record Case(JsonNode Expected, EvaluationResult Evaluation, ImageLabels Labels)
    {
        public ImageSet Images()
        {
            var pixels = zeros(Labels.Count, 3, 1, 1, dtype: ScalarType.Byte);
            ImmutableArray<string> classes = [.. Enumerable.Range(0, Evaluation.Classes).Select(c => $"class {c}")];
            return ImageSet.InMemory(pixels, classes, Labels);
        }
    }

    [Theory]
    [InlineData("accuracy")]
    [InlineData("balanced_accuracy")]
    [InlineData("macro_f1")]
    [InlineData("top_5")]
    [InlineData("mean_auc")]
    public void Every_metric_equals_its_reference(string key)
    {
        Assert.All(Cases(), one =>
        {
            var score = Metrics.Find(key).Score(one.Evaluation, one.Labels);
            Assert.Equal((double)one.Expected[key]!, score.Value, Tolerance);
            int[] every = [.. Enumerable.Range(0, score.Count)];
            Assert.Equal(score.Value, score.Resample(every, [.. every.Select(_ => 1)]), Tolerance);
        });
    }

    [Fact]
    public void Recall_precision_and_calibration_equal_their_references()
    {
        Assert.All(Cases(), one =>
        {
            using var images = one.Images();
            var details = EvaluationDetails.Create(one.Evaluation, images);
            Assert.Equal((double)one.Expected["balanced_accuracy"]!, details.BalancedAccuracy!.Value, Tolerance);
            Assert.Equal((double)one.Expected["macro_f1"]!, details.MacroF1!.Value, Tolerance);
            Assert.Equal((double)one.Expected["calibration_error"]!, details.CalibrationError!.Value, Tolerance);
            Equal(one.Expected["recall"]!, details.PerClass.Select(of => of.Recall));
            Equal(one.Expected["precision"]!, details.PerClass.Select(of => of.Precision));
            Assert.Equal(one.Labels.Count, details.PerClass.Sum(of => of.Examples));
        });
    }

    [Fact]
    public void The_temperature_equals_its_reference_and_no_other_has_a_smaller_loss()
    {
        Assert.All(Cases(), one =>
        {
            var found = Temperature.Fit(one.Evaluation, one.Labels);
            if ((double?)one.Expected["temperature"] is not { } expected)
            {
                Assert.Null(found);
                return;
            }

            Assert.Equal(expected, found!.Value, 1e-6 * expected);
            var loss = Temperature.Loss(one.Evaluation, one.Labels, expected);
            Assert.True(Temperature.Loss(one.Evaluation, one.Labels, 1.01 * expected) > loss);
            Assert.True(Temperature.Loss(one.Evaluation, one.Labels, 0.99 * expected) > loss);
        });
    }

    [Fact]
    public void Balanced_weights_the_weighted_loss_and_its_gradient_equal_their_references()
    {
        Assert.All(Cases(), one =>
        {
            using var scope = NewDisposeScope();
            var weights = BalancedClasses.Weights(one.Labels, one.Evaluation.Classes);
            Equal(one.Expected["weights"]!, weights.Select(weight => (double?)weight));
            var logits = Evaluator
                .ToTensor(one.Evaluation.Logits, one.Evaluation.Classes)
                .to(ScalarType.Float64)
                .requires_grad_();
            using var labels = one.Labels.ToTensor([.. Enumerable.Range(0, one.Labels.Count)]);
            var loss = Losses.WeightedMean(logits, labels, weights);
            BackwardPass.Run(loss);
            Assert.Equal((double)one.Expected["weighted_loss"]!, loss.item<double>(), Tolerance);
            Assert.Equal(
                one.Expected["gradient"]!.AsArray().SelectMany(row => row!.AsArray()).Select(value => (double)value!),
                logits.grad!.data<double>().ToArray(),
                (expected, found) => Math.Abs(expected - found) < Tolerance
            );
        });
    }

    private static void Equal(JsonNode expected, IEnumerable<double?> found) =>
        Assert.Equal(expected.AsArray().Select(value => (double?)value), found, (one, other) =>
            (one is null && other is null) || Math.Abs(one!.Value - other!.Value) < Tolerance
        );

    private static IEnumerable<Case> Cases() =>
        JsonNode
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "metrics.json")))!
            .AsArray()
            .Select(one => Read(one!));

    private static Case Read(JsonNode one)
    {
        float[] logits = [.. one["logits"]!.AsArray().SelectMany(row => row!.AsArray()).Select(value => (float)value!)];
        ImmutableArray<int> labels = [.. one["labels"]!.AsArray().Select(value => (int)value!)];
        var evaluation = new EvaluationResult(double.NaN, double.NaN, labels.Length, logits, (int)one["classes"]!);
        return new(one, evaluation, ImageLabels.SingleLabel(labels));
    }
}
