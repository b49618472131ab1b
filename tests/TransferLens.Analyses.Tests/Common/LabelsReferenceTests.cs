using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.Mistakes;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Common;

/// <summary>Analyses of images that may show several labels, against tests/reference/labels.py.</summary>
public sealed class LabelsReferenceTests : IDisposable
{
    // One pair of images of one label ordered otherwise moves the mean of four AUCs by a ten-thousandth.
    private const double Tolerance = 2e-4;

    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 64, Precision.Float32);

    private readonly JsonNode reference = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "labels.json"))
    )!;
    private readonly ImageSet images;
    private readonly Network network = Networks.Create("cifar_resnet8", 4, 0);
    private readonly StateDict first;
    private readonly StateDict second;

    public LabelsReferenceTests()
    {
        ImmutableArray<string> rows = [.. reference["labels"]!.AsArray().Select(row => (string)row!)];
        using (var plain = RuledImages.Of([.. rows.Select(_ => 0)]))
        using (var pixels = plain.Read([.. Enumerable.Range(0, rows.Length)]))
        {
            images = ImageSet.InMemory(
                pixels,
                ["a", "b", "c", "d"],
                ImageLabels.MultiLabel(4, [.. rows.SelectMany(row => row.Select(mark => mark == '1'))])
            );
        }

        using (var weights = ReferenceWeights.Of(network))
        {
            weights.CopyTo(network);
        }

        Recalibration.Run(network, images, Settings, 80, 32, TestContext.Current.CancellationToken);
        first = StateDict.Of(network);
        using var scope = NewDisposeScope();
        second = new(
            first
                .Select(entry =>
                    KeyValuePair.Create(
                        entry.Key,
                        (
                            entry.Value.is_floating_point()
                                ? entry.Value.flatten().flip(0).view(entry.Value.shape)
                                : entry.Value
                        )
                            .clone()
                            .DetachFromDisposeScope()
                    )
                )
                .ToList()
        );
    }

    [Fact]
    public void Evaluation_gives_the_mean_the_labels_the_interval_and_the_loss()
    {
        var measured = Evaluator.Evaluate(
            network,
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Same(reference, measured.Score, measured.Loss);
        var score = Assert.IsType<MeanAuc>(ImageScore.Of(measured, images.Labels));
        Assert.All(score.Labels.Zip(reference["each"]!.AsArray()), pair =>
            Assert.Equal((double)pair.Second!, pair.First!.Value, 4 * Tolerance)
        );
        var (low, high) = Bootstrap.Interval(score);
        Assert.Equal((double)reference["interval"]![0]!, low, Tolerance);
        Assert.Equal((double)reference["interval"]![1]!, high, Tolerance);
        Assert.Equal(measured.Loss, Bootstrap.Losses(measured, images.Labels).Average(), 1e-9);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("recalibrated")]
    public void The_line_between_two_solutions(string normalization)
    {
        var curve = BarrierMeasurement.Measure(
            network,
            first,
            second,
            [0, 0.5, 1],
            images,
            Settings,
            normalization == "raw" ? null : images,
            80,
            32,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var expected = reference["line"]![normalization]!.AsArray();
        Assert.All(curve.Points.Zip(expected), pair => Same(pair.Second!, pair.First.Score, pair.First.Loss));
        var areas = expected.Select(point => (double)point!["auc"]!).ToList();
        Assert.Equal(Math.Max(0, ((areas[0] + areas[2]) / 2) - areas[1]), curve.Barrier.Score, 2 * Tolerance);
        Assert.InRange(curve.Barrier.Score, curve.Barrier.InScore.Low, curve.Barrier.InScore.High);
    }

    [Fact]
    public void Rewinding_each_module()
    {
        var result = CriticalityMeasurement.Rewinding(
            network,
            second,
            first,
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Same(reference, result.Trained.Score, result.Trained.Loss!.Value);
        Assert.Equal(
            reference["rewound"]!.AsObject().Select(module => module.Key),
            result.Modules.Select(module => module.Name)
        );
        Assert.All(result.Modules, module =>
        {
            Same(reference["rewound"]![module.Name]!, module.Score, module.Loss!.Value);
            Assert.Equal(result.Trained.Score - module.Score, module.ScoreLost, 1e-9);
            Assert.InRange(module.ScoreLost, module.ScoreLostLow, module.ScoreLostHigh);
        });
    }

    [Fact]
    public void A_path_keeps_what_stays_within_one_less_the_mean_AUC()
    {
        var path = CriticalityMeasurement.DirectPath(
            network,
            second,
            first,
            [0, 1],
            images,
            Settings,
            new([0.001], 1),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(1 - (double)reference["auc"]! + 0.01, path.Eps, Tolerance);
        var trained = path.Modules[0].Map.First(point => point is { Position: 1, Sigma: 0 });
        Assert.Equal(1 - path.Trained.Score, trained.Error, 1e-9);
        Assert.Equal(
            1 - (double)reference["rewound"]!["conv1"]!["auc"]!,
            path.Modules[0].Map.First(point => point is { Position: 0, Sigma: 0 }).Error,
            Tolerance
        );
    }

    [Fact]
    public void The_ensemble_and_the_mistakes_of_two()
    {
        using var scope = NewDisposeScope();
        var a = Evaluator.Evaluate(network, images, Settings, cancellationToken: TestContext.Current.CancellationToken);
        using (var frozen = no_grad())
        {
            foreach (var (_, tensor) in network.state_dict().Where(entry => entry.Value.dim() == 4))
            {
                tensor.mul_(0.9);
            }
        }

        var b = Evaluator.Evaluate(network, images, Settings, cancellationToken: TestContext.Current.CancellationToken);
        var soup = SoupComparison.Compare([a, b], a, null, images.Labels, 0);
        Same(reference["ensemble"]!, soup.Ensemble.Score.Value, soup.Ensemble.Loss);
        Assert.Equal((a.Score + b.Score) / 2, soup.Mean.Value, 1e-9);
        var mistakes = MistakeComparison.Compare(a, b, images.Labels);
        Assert.Equal((images.Count, 4 * images.Count), (mistakes.Examples, mistakes.Decisions));
        Assert.Equal(soup.Ensemble.Score, mistakes.Ensemble.Score);
        Assert.Equal(
            reference["mistakes"]!["labels"]!.AsArray().Select(Counts),
            mistakes.Classes.Select(label => (label.Common, label.OnlyFirst, label.OnlySecond))
        );
        Assert.All(mistakes.Classes, label =>
            Assert.Equal(McNemar.Test(label.OnlyFirst, label.OnlySecond), label.McNemar)
        );
        Assert.Null(mistakes.McNemar);
        Assert.Equal(
            (mistakes.OnlyFirst.Count - mistakes.OnlySecond.Count) / (4.0 * images.Count),
            mistakes.Difference!.Value,
            1e-12
        );
        Assert.Equal(mistakes.OnlyFirst.Count, mistakes.OnlyFirstImages.Length);

        static (int, int, int) Counts(JsonNode? label) =>
            ((int)label!["common"]!, (int)label["only_first"]!, (int)label["only_second"]!);
    }

    public void Dispose()
    {
        second.Dispose();
        first.Dispose();
        network.Dispose();
        images.Dispose();
    }

    private static void Same(JsonNode expected, double score, double loss)
    {
        Assert.Equal((double)expected["auc"]!, score, Tolerance);
        Assert.Equal((double)expected["loss"]!, loss, 1e-4);
    }
}
