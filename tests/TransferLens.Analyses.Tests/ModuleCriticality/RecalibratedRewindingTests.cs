using System.Text.Json;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

/// <summary>Rewinding with the running statistics of batch normalization recomputed.</summary>
public class RecalibratedRewindingTests
{
    private const string Normalized = "cifar_resnet8";
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 20, Precision.Float32);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_is_rewinding_recalibrating_and_evaluating_each_network_from_the_start(bool isGraph)
    {
        using var folder = new TemporaryFolder();
        using var images = Noise(50, 3);
        using var training = Noise(40, 4);
        var name = isGraph ? Exported(folder["network.onnx"]) : Normalized;
        using var network = Networks.Open(name).Create(4, 5);
        using var own = StateDict.Of(network);
        using var initial = Weights(1, name);
        using var final = Weights(2, name);
        var raw = CriticalityMeasurement.Rewinding(network, initial, final, images, Settings, cancellationToken: Stop);
        var both = Recalibrated(network, initial, final, images, training);
        using (var after = StateDict.Of(network))
        {
            Assert.All(after, entry => Assert.True(entry.Value.Equals(own[entry.Key])));
        }

        // The numbers without recalibration stay what they are.
        Assert.Equal(raw.Trained, both.Trained);
        Assert.Equal(raw.Modules, both.Modules.Select(module => module with { Recalibrated = null }));
        var trained = Expected(null);
        Assert.Equal((trained.Score, trained.Loss), (both.TrainedRecalibrated!.Score, both.TrainedRecalibrated.Loss));
        Assert.NotEqual(both.Trained.Loss, both.TrainedRecalibrated.Loss);
        foreach (var (module, rewound) in network.Modules.Zip(both.Modules))
        {
            var expected = Expected(module);
            var found = rewound.Recalibrated!;
            Assert.Equal((expected.Score, expected.Loss), (found.Score, found.Loss));
            Assert.NotEqual(rewound.Loss, found.Loss);
            Assert.Equal(trained.Score - expected.Score, found.ScoreLost, 1e-12);
            Assert.InRange(found.ScoreLost, found.ScoreLostLow, found.ScoreLostHigh);
            Assert.Same(found, rewound.Judged);
        }

        EvaluationResult Expected(NetworkModule? module)
        {
            final.CopyTo(network);
            if (module is not null)
            {
                CriticalityMeasurement.Rewind(network, module, initial);
            }

            Recalibration.Run(network, training, Settings, 30, 16, Stop);
            return Evaluator.Evaluate(network, images, Settings, cancellationToken: Stop);
        }
    }

    [Fact]
    public void A_training_that_changed_nothing_loses_nothing_in_either_form()
    {
        using var images = Noise(50, 3);
        using var training = Noise(40, 4);
        using var network = Networks.Create(Normalized, 4, 5);
        using var weights = Weights(1);
        var rewinding = Recalibrated(network, weights, weights, images, training);
        var (raw, recalibrated) = (rewinding.Trained, rewinding.TrainedRecalibrated!);
        Assert.All(rewinding.Modules, module =>
        {
            Assert.Equal((raw.Score, raw.Loss, 0.0), (module.Score, module.Loss, module.ScoreLost));
            Assert.Equal(new(recalibrated.Score, recalibrated.Loss, 0, 0, 0), module.Recalibrated);
        });
    }

    [Fact]
    public void The_scores_image_by_image_are_those_to_judge_by()
    {
        using var images = Noise(50, 3);
        using var training = Noise(40, 4);
        using var network = Networks.Create(Normalized, 4, 5);
        using var initial = Weights(1);
        using var final = Weights(2);
        var measured = RewindingSweep.Measure(
            network,
            initial,
            final,
            images,
            Settings,
            20,
            new(training),
            null,
            Stop
        );
        Assert.Equal(measured.Result.JudgedTrained.Score, measured.Judged.Trained.Value);
        Assert.Equal(
            measured.Result.Modules.Select(module => module.Recalibrated!.Score),
            measured.Judged.Modules.Select(score => score.Value)
        );
        Assert.All(measured.Judged.Modules.Append(measured.Judged.Trained), score => Assert.Equal(20, score.Count));
    }

    [Fact]
    public void Without_batch_normalization_there_is_nothing_to_recalibrate()
    {
        const string plain = "vit_tiny_patch16_224";
        using var images = Noise(2, 3, 224);
        using var network = Networks.Create(plain, 4, 5);
        using var weights = StateDict.Of(network);
        var rewinding = Recalibrated(network, weights, weights, images, images);
        Assert.Null(rewinding.TrainedRecalibrated);
        Assert.All(rewinding.Modules, module => Assert.Null(module.Recalibrated));
        Assert.All(rewinding.Modules, module => Assert.Equal(module.Score, module.Judged.Score));
        Assert.Equal(rewinding.Trained, rewinding.JudgedTrained);
        Assert.DoesNotContain(
            "ecalibrated",
            JsonSerializer.Serialize(rewinding, ResultJson.Options),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Results_are_read_as_they_were_written()
    {
        using var images = Noise(20, 3);
        using var network = Networks.Create(Normalized, 4, 5);
        using var initial = Weights(1);
        using var final = Weights(2);
        var written = Recalibrated(network, initial, final, images, images);
        var text = JsonSerializer.Serialize(written, ResultJson.Options);
        var read = JsonSerializer.Deserialize<RewindingResult>(text, ResultJson.Options)!;
        Assert.Equal(written.TrainedRecalibrated, read.TrainedRecalibrated);
        Assert.Equal(written.Modules, read.Modules.AsEnumerable());
        Assert.Contains("\"recalibrated\":{\"accuracy\":", text, StringComparison.Ordinal);
        Assert.Contains("\"accuracyLostLow\":", text, StringComparison.Ordinal);
        Assert.DoesNotContain("udged", text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_image_is_too_few_to_recalibrate_on()
    {
        using var images = Noise(20, 3);
        using var one = Noise(1, 4);
        using var network = Networks.Create(Normalized, 4, 5);
        using var weights = Weights(1);
        var refused = Assert.Throws<InputException>(() => Recalibrated(network, weights, weights, images, one));
        Assert.Contains("at least 2 images", refused.Message, StringComparison.Ordinal);
    }

    private static RewindingResult Recalibrated(
        Network network,
        StateDict initial,
        StateDict final,
        ImageSet images,
        ImageSet training
    ) =>
        CriticalityMeasurement.Rewinding(
            network,
            initial,
            final,
            images,
            Settings,
            recalibrateOn: training,
            recalibrationImages: 30,
            recalibrationBatch: 16,
            cancellationToken: Stop
        );

    private static StateDict Weights(long seed, string name = Normalized)
    {
        using var network = Networks.Open(name).Create(4, seed);
        return StateDict.Of(network);
    }

    // Its layers of batch normalization count batches outside the state dict.
    private static string Exported(string path)
    {
        using var network = Networks.Create(Normalized, 4, 5);
        OnnxExport.Write(path, network, new(new(16, 16, Normalization.ImageNet)));
        return path;
    }

    private static ImageSet Noise(int count, ulong seed, int size = 16)
    {
        using var generator = new Generator(seed);
        using var pixels = randint(0, 256, [count, 3, size, size], dtype: ScalarType.Byte, generator: generator);
        return ImageSet.InMemory(
            pixels,
            ["a", "b", "c", "d"],
            [.. Enumerable.Range(0, count).Select(i => 4 * i / count)]
        );
    }
}
