using System.Text.Json.Nodes;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

/// <summary>Against PyTorch: <c>tests/reference/criticality.py</c>, which changes a network by tensor names and runs it whole.</summary>
public class CriticalityReferenceTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 20, Precision.Float32);

    private static JsonNode Reference() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "criticality.json")))!;

    [Fact]
    public void Rewinding_agrees_with_PyTorch()
    {
        var reference = Reference();
        using var network = Networks.Create("cifar_resnet8", 5, 0);
        var (initial, final, names) = Weights(network, reference);
        using var owned = initial;
        using var also = final;
        using var images = Images(reference);
        var measured = CriticalityMeasurement.Rewinding(
            network,
            initial,
            final,
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal((double)reference["trained"]!["accuracy"]!, measured.Trained.Score, 1e-4);
        Assert.Equal((double)reference["trained"]!["loss"]!, measured.Trained.Loss!.Value, 1e-4);
        Assert.Equal(5, measured.Modules.Length);
        Assert.All(measured.Modules, module =>
        {
            var expected = reference["modules"]![module.Name]!;
            Assert.Equal((double)expected["accuracy"]!, module.Score, 1e-4);
            Assert.Equal((double)expected["loss"]!, module.Loss!.Value, 1e-4);
            Assert.Equal((double)expected["distance"]!, module.Distance, 1e-4);
        });
    }

    [Fact]
    public void Recalibrated_rewinding_agrees_with_PyTorch()
    {
        var reference = Reference();
        using var network = Networks.Create("cifar_resnet8", 5, 0);
        var (initial, final, names) = Weights(network, reference);
        using var owned = initial;
        using var also = final;
        using var images = Images(reference);
        var trained = reference["recalibrated"]!;
        var measured = CriticalityMeasurement.Rewinding(
            network,
            initial,
            final,
            images,
            Settings,
            recalibrateOn: images,
            recalibrationImages: (int)trained["images"]!,
            recalibrationBatch: (int)trained["largest batch"]!,
            cancellationToken: TestContext.Current.CancellationToken
        );
        AssertAgree(trained, measured.TrainedRecalibrated!.Score, measured.TrainedRecalibrated.Loss);
        AssertAgree(reference["trained"]!, measured.Trained.Score, measured.Trained.Loss);
        Assert.All(measured.Modules, module =>
        {
            var expected = reference["modules"]![module.Name]!;
            AssertAgree(expected["recalibrated"]!, module.Recalibrated!.Score, module.Recalibrated.Loss);
            AssertAgree(expected, module.Score, module.Loss);
            Assert.Equal(
                (double)trained["accuracy"]! - (double)expected["recalibrated"]!["accuracy"]!,
                module.Recalibrated.ScoreLost,
                1e-4
            );
        });
    }

    private static void AssertAgree(JsonNode expected, double score, double? loss)
    {
        Assert.Equal((double)expected["accuracy"]!, score, 1e-4);
        Assert.Equal((double)expected["loss"]!, loss!.Value, 1e-4 * (1 + (double)expected["loss"]!));
    }

    [Fact]
    public void The_direct_path_and_the_score_agree_with_PyTorch()
    {
        var reference = Reference();
        using var network = Networks.Create("cifar_resnet8", 5, 0);
        var (initial, final, names) = Weights(network, reference);
        using var owned = initial;
        using var also = final;
        using var images = Images(reference);
        var settings = new PathSettings(
            [.. Numbers(reference["sigmas"]!)],
            (int)reference["draws"]!,
            Eps: (double)reference["eps"]!
        );
        var measured = CriticalityMeasurement.DirectPath(
            network,
            initial,
            final,
            [.. Numbers(reference["alphas"]!)],
            images,
            Settings,
            settings,
            (name, shape, draw) =>
                tensor(
                        Uniform(
                            (int)shape.Aggregate(1L, (a, b) => a * b),
                            1000 + (100 * draw) + names.IndexOf(name) + 1,
                            u => u * Math.Sqrt(12)
                        )
                    )
                    .view(shape),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.All(measured.Modules, module =>
        {
            var expected = reference["modules"]![module.Name]!;
            Assert.All(module.Map.Zip(expected["map"]!.AsArray()), point =>
            {
                double[] numbers = [.. Numbers(point.Second!)];
                Assert.Equal((numbers[0], numbers[1]), (point.First.Position, point.First.Sigma));
                Assert.Equal(numbers[2], point.First.Error, 1e-4);
                Assert.Equal(numbers[3], point.First.StandardError!.Value, 1e-4);
                Assert.Equal(numbers[4], point.First.Loss!.Value, 1e-4 * (1 + numbers[4]));
            });
            Assert.Equal(expected["map"]!.AsArray().Count, module.Map.Length);
            Assert.Equal(expected["mu"] is null, module.Score.Mu is null);
            Assert.Equal(
                (double?)expected["mu"] ?? 0,
                module.Score.Mu ?? 0,
                1e-4 * (1 + ((double?)expected["mu"] ?? 0))
            );
            Assert.Equal(expected["mu"] is null, module.Score.Undefined is not null);
        });
    }

    private static (StateDict Initial, StateDict Final, List<string> Names) Weights(Network network, JsonNode reference)
    {
        using var scope = NewDisposeScope();
        var shapes = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        var names = shapes.Keys.Order(StringComparer.Ordinal).ToList();
        var final = names.ToDictionary(name => name, name => Value(name, shapes[name], names.IndexOf(name) + 1));
        var other = names.ToDictionary(name => name, name => Value(name, shapes[name], names.IndexOf(name) + 101));
        final["linear.weight"] = final["linear.weight"] * 32;
        final["linear.bias"] = tensor(Numbers(reference["head bias"]!).Select(x => (float)x).ToArray());
        return (
            new(
                names.Select(name =>
                    KeyValuePair.Create(
                        name,
                        final[name].is_floating_point() ? (final[name] * 0.5) + (other[name] * 0.5) : tensor(3L)
                    )
                )
            ),
            new(names.Select(name => KeyValuePair.Create(name, final[name]))),
            names
        );
    }

    private static Tensor Value(string name, long[] shape, int stream)
    {
        if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
        {
            return tensor(7L);
        }

        var positive =
            name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal);
        var deviation = Math.Sqrt(12.0 / shape.Skip(1).Aggregate(1L, (a, b) => a * b));
        Func<double, double> map =
            shape.Length > 1 ? u => u * deviation
            : positive ? u => 1 + (u / 2)
            : u => u / 5;
        return tensor(Uniform((int)shape.Aggregate(1L, (a, b) => a * b), stream, map)).view(shape);
    }

    private static ImageSet Images(JsonNode reference)
    {
        const int size = 16;
        int[] labels = [.. Numbers(reference["labels"]!).Select(x => (int)x)];
        var (colours, noise) = (
            Uniform(labels.Length * 12, 0, u => Math.Floor((u + 0.5) * 200)),
            Uniform(labels.Length * 3 * size * size, 500, u => Math.Floor((u + 0.5) * 56))
        );
        var pixels = new byte[noise.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (plane, row, column) = (i / (size * size), i / size % size, i % size);
            pixels[i] = (byte)(colours[(plane * 4) + (row / (size / 2) * 2) + (column / (size / 2))] + noise[i]);
        }

        using var all = tensor(pixels).view(labels.Length, 3, size, size);
        return ImageSet.InMemory(all, ["a", "b", "c", "d", "e"], [.. labels]);
    }

    private static float[] Uniform(int count, int stream, Func<double, double> map)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var x = unchecked(((uint)i * 2654435761) + ((uint)stream * 40503));
            x ^= x >> 15;
            x = unchecked(x * 2246822519);
            x ^= x >> 13;
            values[i] = (float)map((x / 4294967296.0) - 0.5);
        }

        return values;
    }

    private static IEnumerable<double> Numbers(JsonNode list) => list.AsArray().Select(item => (double)item!);
}
