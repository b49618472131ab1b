using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.Mistakes;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.ModelSoup;

public class ModelSoupTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 128, Precision.Float32);
    private static readonly ImmutableArray<int> Labels = [.. Enumerable.Range(0, 60).Select(i => i % 4)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void The_soup_of_a_model_with_itself_is_that_model_bit_for_bit(int times)
    {
        using var model = Random(3);
        using var soup = SoupMeasurement.Average([.. Enumerable.Repeat(model, times)]);
        Assert.Equal(model.Keys, soup.Keys);
        Assert.All(soup, entry => Assert.True(entry.Value.Equals(model[entry.Key]), entry.Key));
        Assert.All(soup, entry => Assert.Equal(model[entry.Key].dtype, entry.Value.dtype));
    }

    [Fact]
    public void The_order_of_the_members_matters_to_rounding_only_and_integers_are_the_firsts()
    {
        using var a = Random(1);
        using var b = Random(2);
        using var c = Random(3);
        using var there = SoupMeasurement.Average([a, b, c]);
        using var back = SoupMeasurement.Average([c, b, a]);
        Assert.All(there.Where(entry => entry.Value.is_floating_point()), entry =>
            Assert.True(entry.Value.allclose(back[entry.Key], 1e-6, 1e-7), entry.Key)
        );
        Assert.Equal(1, there["bn1.num_batches_tracked"].item<long>());
        Assert.Equal(3, back["bn1.num_batches_tracked"].item<long>());
        Assert.Equal(1.2f, there["bn1.running_var"][0].item<float>(), 1e-6f);
    }

    [Fact]
    public void The_soup_of_two_is_the_middle_of_the_line_between_them()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 0);
        using var a = Random(1);
        using var b = Random(2);
        using var soup = SoupMeasurement.Average([a, b]);
        LinearInterpolation.Write(network, a, b, 0.5);
        using var middle = StateDict.Of(network);
        Assert.All(soup, entry => Assert.True(entry.Value.allclose(middle[entry.Key], 1e-6, 1e-7), entry.Key));
    }

    [Fact]
    public void Weights_that_do_not_fit_each_other_are_refused_by_name()
    {
        using var four = Random(1);
        using var network = Networks.Create("cifar_resnet8", 5, 0);
        using var five = StateDict.Of(network);
        Assert.Contains(
            "'linear.weight'",
            Assert.Throws<InputException>(() => SoupMeasurement.Average([four, five])).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InputException>(() => SoupMeasurement.Average(ImmutableArray<StateDict>.Empty));
        using var images = RuledImages.Of(Labels);
        Assert.Contains(
            "at least two",
            Assert
                .Throws<InputException>(() =>
                    SoupMeasurement.Measure(
                        [network],
                        images,
                        Settings,
                        cancellationToken: TestContext.Current.CancellationToken
                    )
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Equal_members_gain_nothing_in_any_resample_and_are_left_as_they_are()
    {
        using var images = RuledImages.Of(Labels);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var own = StateDict.Of(network);
        var (result, weights) = SoupMeasurement.Measure(
            [network, network, network],
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        using (weights)
        {
            Assert.Null(result.Recalibrated);
            Assert.Equal(
                [new(0, 0, 0), new(0, 0, 0), new(0, 0, 0), new(0, 0, 0)],
                new[]
                {
                    result.Soup.GainOverMean,
                    result.Soup.GainOverBest,
                    result.Ensemble.GainOverMean,
                    result.OverEnsemble,
                }
            );
            Assert.All(result.Members, member => Assert.Equal(result.Soup.Score, member.Score));
            using var after = StateDict.Of(network);
            Assert.All(after, entry => Assert.True(entry.Value.Equals(own[entry.Key])));
            Assert.All(weights, entry => Assert.True(entry.Value.Equals(own[entry.Key])));
        }
    }

    [Fact]
    public void Recalibrated_weights_are_handed_over_and_give_the_accuracy_that_is_said()
    {
        using var images = RuledImages.Of(Labels);
        using var first = Networks.Create("cifar_resnet8", 4, 5);
        using var second = Networks.Create("cifar_resnet8", 4, 6);
        using var own = StateDict.Of(first);
        var (result, weights) = SoupMeasurement.Measure(
            [first, second],
            images,
            Settings,
            images,
            40,
            cancellationToken: TestContext.Current.CancellationToken
        );
        using (weights)
        using (var network = Networks.Create("cifar_resnet8", 4, 0))
        {
            using var after = StateDict.Of(first);
            Assert.All(after, entry => Assert.True(entry.Value.Equals(own[entry.Key])));
            WeightsLoader.Load(network, weights, newHead: false);
            var again = Evaluator.Evaluate(
                network,
                images,
                Settings,
                cancellationToken: TestContext.Current.CancellationToken
            );
            Assert.Equal((result.Recalibrated!.Score.Value, result.Recalibrated.Loss), (again.Score, again.Loss));
            Assert.NotEqual(result.Raw.Loss, result.Recalibrated.Loss);
        }
    }

    [Fact]
    public void A_network_without_batch_normalization_is_averaged_as_it_is()
    {
        using var images = RuledImages.Of(Labels);
        using var first = Networks.Create("fixup_resnet18", 4, 5);
        using var second = Networks.Create("fixup_resnet18", 4, 6);
        var (result, weights) = SoupMeasurement.Measure(
            [first, second],
            images,
            Settings,
            images,
            cancellationToken: TestContext.Current.CancellationToken
        );
        weights.Dispose();
        Assert.Null(result.Recalibrated);
        Assert.Same(result.Raw, result.Soup);
    }

    [Fact]
    public void The_ensemble_of_two_is_the_one_that_mistakes_measures_and_intervals_are_those_of_evaluate()
    {
        var (first, second) = (MadeUp(1), MadeUp(2));
        var result = SoupComparison.Compare([first, second], first, null, ImageLabels.SingleLabel(Labels), 0);
        var pair = MistakeComparison.Compare(first, second, ImageLabels.SingleLabel(Labels)).Ensemble;
        Assert.Equal(
            (pair.Score, pair.Gain, pair.GainOverMean),
            (result.Ensemble.Score, result.Ensemble.GainOverBest, result.Ensemble.GainOverMean)
        );
        var (low, high) = Bootstrap.Interval(Bootstrap.Right(second, Labels));
        Assert.Equal((low, high), (result.Members[1].Score.Low, result.Members[1].Score.High));
        Assert.Equal(result.Members.Average(member => member.Score.Value), result.Mean.Value, 1e-12);
        Assert.Equal(result.Soup.Score.Value - result.Mean.Value, result.Soup.GainOverMean.Value, 1e-12);
    }

    [Fact]
    public void A_member_that_says_nothing_finite_is_left_out_of_the_ensemble()
    {
        var (first, second) = (MadeUp(1), MadeUp(2));
        Array.Fill(second.Logits, float.NaN);
        var result = SoupComparison.Compare([first, second], first, null, ImageLabels.SingleLabel(Labels), 0);
        Assert.Equal(0, result.Members[1].Score.Value);
        Assert.Equal(result.Members[0].Score, result.Ensemble.Score);
        Array.Fill(first.Logits, float.PositiveInfinity);
        Assert.Equal(
            0,
            SoupComparison
                .Compare([first, second], first, null, ImageLabels.SingleLabel(Labels), 0)
                .Ensemble.Score.Value
        );
    }

    [Fact]
    public void Average_recalibration_ensemble_and_intervals_agree_with_an_independent_implementation()
    {
        var reference = JsonNode.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "soup.json"))
        )!;
        using var images = RuledImages.Of([.. reference["labels"]!.AsArray().Select(label => (int)label!)]);
        using var first = Networks.Create("cifar_resnet8", 4, 0);
        using (var weights = ReferenceWeights.Of(first))
        {
            weights.CopyTo(first);
        }

        Recalibration.Run(first, images, Settings, 80, 32, TestContext.Current.CancellationToken);
        using var scaled = Changed(first, tensor => tensor.dim() == 4 ? tensor * 0.9 : tensor.clone());
        using var mixed = Changed(first, tensor =>
            tensor.is_floating_point()
                ? (0.75 * tensor) + (0.25 * tensor.flatten().flip(0).view(tensor.shape))
                : tensor.clone()
        );
        var (result, soup) = SoupMeasurement.Measure(
            [first, scaled, mixed],
            images,
            Settings,
            images,
            80,
            32,
            cancellationToken: TestContext.Current.CancellationToken
        );
        using (soup)
        {
            Assert.Equal(3, result.Members.Length);
            Assert.All(result.Members.Zip(reference["members"]!.AsArray()), pair =>
                Same(pair.Second!, pair.First.Score, pair.First.Loss)
            );
            Same(reference["mean"]!, result.Mean);
            Score("raw", result.Raw);
            Score("recalibrated", result.Recalibrated!);
            Score("ensemble", result.Ensemble);
            foreach (
                var (name, norm) in reference["weights"]!
                    .AsObject()
                    .Where(weight => !weight.Key.Contains("running", StringComparison.Ordinal))
            )
            {
                Assert.Equal((double)norm!, soup[name].to(ScalarType.Float64).norm().item<double>(), 1e-5);
            }
        }

        void Score(string name, SoupScore score)
        {
            Same(reference[name]!, score.Score, score.Loss);
            Same(reference[name]!["gain_over_mean"]!, score.GainOverMean);
            Same(reference[name]!["gain_over_best"]!, score.GainOverBest);
        }
    }

    [Fact]
    public void Nothing_leaks()
    {
        using var images = RuledImages.Of(Labels);
        using var first = Networks.Create("cifar_resnet8", 4, 5);
        using var second = Networks.Create("cifar_resnet8", 4, 6);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        SoupMeasurement
            .Measure(
                [first, second],
                images,
                Settings,
                images,
                cancellationToken: TestContext.Current.CancellationToken
            )
            .Weights.Dispose();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void Same(JsonNode expected, Estimate found)
    {
        Assert.Equal((double)expected["value"]!, found.Value, 1e-9);
        Assert.Equal((double)expected["low"]!, found.Low, 1e-9);
        Assert.Equal((double)expected["high"]!, found.High, 1e-9);
    }

    private static void Same(JsonNode expected, Estimate accuracy, double loss)
    {
        Same(expected["accuracy"]!, accuracy);
        Assert.Equal((double)expected["loss"]!, loss, 1e-4);
    }

    private static Network Changed(Network network, Func<Tensor, Tensor> change)
    {
        var made = Networks.Create("cifar_resnet8", 4, 0);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var own = StateDict.Of(network);
        using var weights = new StateDict(
            own.Select(entry => KeyValuePair.Create(entry.Key, change(entry.Value))).ToList()
        );
        weights.CopyTo(made);
        return made;
    }

    private static EvaluationResult MadeUp(int seed)
    {
        var random = new Random(seed);
        float[] logits =
        [
            .. Labels.SelectMany(label =>
                Enumerable.Range(0, 4).Select(c => (float)(random.NextDouble() + (c == label ? 0.4 : 0)))
            ),
        ];
        return new(0, 1, Labels.Length, logits, 4);
    }

    private static StateDict Random(long seed)
    {
        using var network = Networks.Create("cifar_resnet8", 4, seed);
        var weights = StateDict.Of(network);
        weights["bn1.num_batches_tracked"].fill_(seed);
        weights["bn1.running_var"].fill_(1 + (0.1 * seed));
        return weights;
    }
}
