using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.WiseFt;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Tests.WiseFt;

/// <summary>P and P-T of tests/reference/wise_ft.py; nobody changes them.</summary>
public sealed class ReferenceModels : IDisposable
{
    public ReferenceModels()
    {
        using var first = ReferenceWeights.Of(Pretrained);
        first.CopyTo(Pretrained);
        using var other = ReferenceWeights.Of(FineTuned);
        using var reversed = new StateDict(
            other.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.flatten().flip(0).view(entry.Value.shape)))
        );
        reversed.CopyTo(FineTuned);
    }

    internal Network Pretrained { get; } = Networks.Create("cifar_resnet8", 3, 0);

    internal Network FineTuned { get; } = Networks.Create("cifar_resnet8", 4, 0);

    public void Dispose()
    {
        Pretrained.Dispose();
        FineTuned.Dispose();
    }
}

public sealed class WiseFtTests(ReferenceModels models) : IClassFixture<ReferenceModels>
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 128, Precision.Float32);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private readonly JsonNode reference = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "wise_ft.json"))
    )!;

    private readonly Network pretrained = models.Pretrained;
    private readonly Network fineTuned = models.FineTuned;

    [Fact]
    public void The_grid_is_even_and_has_both_ends()
    {
        Assert.Equal([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], WiseFtMeasurement.Grid());
        Assert.Equal([0, 1], WiseFtMeasurement.Grid(2));
        Assert.Throws<InputException>(() => WiseFtMeasurement.Grid(1));
        Assert.Throws<InputException>(() => Measure(LineHead.FineTuned, null, [0, 0.5]));
    }

    [Fact]
    public void The_target_at_1_is_the_fine_tuned_model_and_the_source_at_0_is_P_bit_for_bit()
    {
        var target = Measure(LineHead.FineTuned, null, [0, 0.5, 1]);
        var source = Measure(LineHead.Pretrained, null, [0, 0.5, 1]);
        using var images = Images(LineHead.FineTuned);
        using var sourceImages = Images(LineHead.Pretrained);
        var (last, first) = (Evaluate(fineTuned, images), Evaluate(pretrained, sourceImages));
        Assert.Equal((last.Score, last.Loss), (target.Points[^1].Score.Value, target.Points[^1].Loss));
        Assert.Equal((first.Score, first.Loss), (source.Points[0].Score.Value, source.Points[0].Loss));
        Assert.NotEqual(last.Loss, target.Points[0].Loss);
        Assert.All(target.Points, point => Assert.InRange(point.Score.Value, point.Score.Low, point.Score.High));
    }

    [Fact]
    public void Weights_on_the_line_are_those_of_both_models_and_the_head_is_that_of_the_fine_tuned_one()
    {
        using var first = StateDict.Of(pretrained);
        using var second = StateDict.Of(fineTuned);
        using var end = WiseFtMeasurement.Mix(pretrained, fineTuned, 1, Settings, cancellationToken: Cancelled);
        Assert.All(end, entry => Assert.True(entry.Value.Equals(second[entry.Key])));
        using var start = WiseFtMeasurement.Mix(pretrained, fineTuned, 0, Settings, cancellationToken: Cancelled);
        Assert.All(start, entry =>
            Assert.True(
                entry.Value.Equals(
                    (entry.Key.StartsWith("linear.", StringComparison.Ordinal) ? second : first)[entry.Key]
                )
            )
        );
        using var middle = WiseFtMeasurement.Mix(pretrained, fineTuned, 0.3, Settings, cancellationToken: Cancelled);
        using var expected = (0.7 * first["conv1.weight"]) + (0.3 * second["conv1.weight"]);
        Assert.True(middle["conv1.weight"].allclose(expected, rtol: 1e-5, atol: 1e-7));
        Assert.True(middle["linear.weight"].Equals(second["linear.weight"]));
    }

    [Fact]
    public void Neither_model_changes()
    {
        using var first = StateDict.Of(pretrained);
        using var second = StateDict.Of(fineTuned);
        using var images = Images(LineHead.FineTuned);
        _ = Measure(LineHead.FineTuned, images, [0, 1]);
        _ = Measure(LineHead.Pretrained, null, [0, 1]);
        using var made = WiseFtMeasurement.Mix(pretrained, fineTuned, 0.5, Settings, images, cancellationToken: Cancelled);
        using var firstAfter = StateDict.Of(pretrained);
        using var secondAfter = StateDict.Of(fineTuned);
        Assert.All(first, entry => Assert.True(entry.Value.Equals(firstAfter[entry.Key])));
        Assert.All(second, entry => Assert.True(entry.Value.Equals(secondAfter[entry.Key])));
    }

    [Fact]
    public void From_a_model_to_itself_nothing_changes_and_alpha_0_is_no_worse()
    {
        using var images = Images(LineHead.FineTuned);
        var line = WiseFtMeasurement.Measure(
            fineTuned,
            fineTuned,
            LineHead.FineTuned,
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.All(line.Points, point => Assert.Equal(line.Points[0].Loss, point.Loss));
        Assert.All(line.Against(10), change => Assert.Equal((0, 0), (change.Value, change.StandardError)));
        Assert.Equal(0, WiseFtChoice.Choose([line.Samples], [line.Samples[^1]]).Index);
    }

    [Fact]
    public void Models_of_other_networks_are_refused_by_tensor()
    {
        using var other = Networks.Create("cifar_resnet20", 4, 0);
        using var images = Images(LineHead.FineTuned);
        var wrong = Assert.Throws<InputException>(() =>
            WiseFtMeasurement.Measure(
                other,
                fineTuned,
                LineHead.FineTuned,
                images,
                Settings,
                cancellationToken: Cancelled
            )
        );
        Assert.StartsWith("The tensor 'layer1.1.", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("target", "raw")]
    [InlineData("target", "recalibrated")]
    [InlineData("source", "raw")]
    [InlineData("source", "recalibrated")]
    public void The_line_agrees_with_an_independent_implementation_at_every_alpha(string side, string statistics)
    {
        var head = side == "target" ? LineHead.FineTuned : LineHead.Pretrained;
        var expected = reference[side]![statistics]!.AsArray();
        using var images = Images(head);
        var line = Measure(head, statistics == "raw" ? null : images, WiseFtMeasurement.Grid());
        Assert.Equal(11, expected.Count);
        foreach (var (at, point) in line.Points.Index())
        {
            var other = expected[at]!;
            Assert.Equal((double)other["alpha"]!, point.Alpha);
            Assert.Equal((double)other["loss"]!, point.Loss, 1e-4);
            // An image this close to another class may fall on either side.
            var tolerance = (double)other["margin"]! > 5e-4 ? 1e-9 : 1.0 / images.Count;
            Assert.Equal((double)other["accuracy"]!, point.Score.Value, tolerance + 1e-9);
        }

        if (expected.All(point => (double)point!["margin"]! > 5e-4))
        {
            Assert.All(line.Against(10).Zip(expected), pair =>
            {
                Assert.Equal((double)pair.Second!["overFineTuned"]!, pair.First.Value, 1e-9);
                Assert.Equal((double)pair.Second["standardError"]!, pair.First.StandardError, 1e-9);
            });
        }
    }

    [Fact]
    public void The_walk_starts_below_1_and_stops_at_the_first_alpha_that_is_not_shown_to_be_no_worse()
    {
        // 1,000 images; the share that is right at each alpha.
        Assert.Equal(1, Choose(0.5, 0.9, 0.9, 0.9, 0.9).Index);
        Assert.Equal(1, Choose(0.5, 0.897, 0.9, 0.9, 0.9).Index);
        Assert.Equal(3, Choose(0.9, 0.9, 0.8, 0.9, 0.9).Index);
        Assert.Equal(4, Choose(0.9, 0.9, 0.9, 0.8, 0.9).Index);
        Assert.Equal(0, Choose(0.95, 0.95, 0.95, 0.95, 0.9).Index);
        var none = Choose(0.5, 0.7, 0.8, 0.85, 0.9);
        Assert.False(none.IsBelowOne);
        Assert.InRange(none.SmallestMargin!.Value, 0.05, 0.065);
        Assert.Equal(-0.05, none.AgainstFineTuned[^2].Value, 1e-9);
        Assert.Throws<InputException>(() => WiseFtChoice.Choose([], []));

        static WiseFtChoice Choose(params double[] shares)
        {
            ImmutableArray<ScoreSample> line = [.. shares.Select(Sample)];
            return WiseFtChoice.Choose([line], [line[^1]]);
        }

        static ScoreSample Sample(double share) =>
            ScoreSample.FromValues([.. Enumerable.Range(0, 1000).Select(i => i < 1000 * share ? 1.0 : 0)]);
    }

    private WiseFtCurve Measure(LineHead head, ImageSet? recalibrateOn, ImmutableArray<double> alphas)
    {
        using var images = Images(head);
        return WiseFtMeasurement.Measure(
            pretrained,
            fineTuned,
            head,
            images,
            Settings,
            recalibrateOn,
            alphas,
            80,
            32,
            cancellationToken: TestContext.Current.CancellationToken
        );
    }

    private ImageSet Images(LineHead head)
    {
        var labels = reference[head == LineHead.FineTuned ? "target" : "source"]!["labels"]!.AsArray();
        return RuledImages.Of(
            [.. labels.Select(label => (int)label!)],
            head == LineHead.FineTuned ? 4 : 3,
            upsideDown: head == LineHead.Pretrained
        );
    }

    private static EvaluationResult Evaluate(Network network, ImageSet images) =>
        Evaluator.Evaluate(network, images, Settings, cancellationToken: TestContext.Current.CancellationToken);
}
