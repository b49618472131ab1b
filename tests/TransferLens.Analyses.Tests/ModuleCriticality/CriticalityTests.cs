using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

public class CriticalityTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 20, Precision.Float32);
    private static readonly PathSettings Path = new([0.01, 0.1], Draws: 2, Eps: 0.5);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Rewinding_every_module_gives_back_the_initial_model()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 0);
        using var initial = Weights(1);
        using var final = Weights(2);
        final.CopyTo(network);
        foreach (var module in network.Modules)
        {
            CriticalityMeasurement.Rewind(network, module, initial);
        }

        using var after = StateDict.Of(network);
        Assert.All(after, entry => Assert.True(entry.Value.Equals(initial[entry.Key]), entry.Key));
    }

    [Fact]
    public void Rewinding_a_module_changes_its_parameters_and_buffers_and_no_others()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 0);
        using var initial = Weights(1);
        using var final = Weights(2);
        final.CopyTo(network);
        var block = network.Modules.Single(module => module.Name == "layer2.0");
        CriticalityMeasurement.Rewind(network, block, initial);
        using var after = StateDict.Of(network);
        Assert.All(after, entry =>
            Assert.True(entry.Value.Equals((block.Owns(entry.Key) ? initial : final)[entry.Key]), entry.Key)
        );
        Assert.Contains(after.Keys, name => block.Owns(name) && name.EndsWith("running_var", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_sweep_measures_is_what_evaluating_each_changed_network_measures()
    {
        using var images = Noise(50);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var initial = Weights(1);
        using var final = Weights(2);
        var rewinding = CriticalityMeasurement.Rewinding(
            network,
            initial,
            final,
            images,
            Settings,
            cancellationToken: Stop
        );
        foreach (var (module, rewound) in network.Modules.Zip(rewinding.Modules))
        {
            final.CopyTo(network);
            CriticalityMeasurement.Rewind(network, module, initial);
            var expected = Evaluator.Evaluate(network, images, Settings, cancellationToken: Stop);
            Assert.Equal(
                (module.Name, expected.Score, expected.Loss),
                (rewound.Name, rewound.Score, rewound.Loss!.Value)
            );
            Assert.Equal(rewinding.Trained.Score - rewound.Score, rewound.ScoreLost, 1e-12);
            Assert.InRange(rewound.ScoreLost, rewound.ScoreLostLow, rewound.ScoreLostHigh);
        }

        final.CopyTo(network);
        var trained = Evaluator.Evaluate(network, images, Settings, cancellationToken: Stop);
        Assert.Equal((trained.Score, trained.Loss), (rewinding.Trained.Score, rewinding.Trained.Loss!.Value));
    }

    [Fact]
    public void The_ends_of_the_direct_path_without_noise_are_the_rewound_and_the_trained_model_bit_for_bit()
    {
        using var images = Noise(50);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var initial = Weights(1);
        using var final = Weights(2);
        var rewinding = CriticalityMeasurement.Rewinding(
            network,
            initial,
            final,
            images,
            Settings,
            cancellationToken: Stop
        );
        var path = CriticalityMeasurement.DirectPath(
            network,
            initial,
            final,
            [0, 0.5, 1],
            images,
            Settings,
            Path,
            cancellationToken: Stop
        );
        Assert.Equal(rewinding.Trained, path.Trained);
        foreach (var (module, rewound) in path.Modules.Zip(rewinding.Modules))
        {
            var quiet = module.Map.Where(point => point.Sigma == 0).ToList();
            Assert.Equal((1 - rewound.Score, rewound.Loss, 0.0), (quiet[0].Error, quiet[0].Loss, quiet[0].Distance));
            Assert.Equal(
                (1 - path.Trained.Score, path.Trained.Loss, rewound.Distance),
                (quiet[2].Error, quiet[2].Loss, quiet[2].Distance)
            );
        }
    }

    [Fact]
    public void A_training_that_changed_nothing_can_be_rewound_and_has_no_criticality()
    {
        using var images = Noise(50);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var weights = Weights(1);
        var rewinding = CriticalityMeasurement.Rewinding(
            network,
            weights,
            weights,
            images,
            Settings,
            cancellationToken: Stop
        );
        Assert.All(rewinding.Modules, module =>
            Assert.Equal(
                (rewinding.Trained.Score, rewinding.Trained.Loss, 0.0, 0.0, 0.0),
                (module.Score, module.Loss, module.ScoreLostLow, module.ScoreLostHigh, module.Distance)
            )
        );
        var path = CriticalityMeasurement.DirectPath(
            network,
            weights,
            weights,
            [0, 1],
            images,
            Settings,
            Path with
            {
                Eps = 1,
            },
            cancellationToken: Stop
        );
        Assert.All(path.Modules, module => Assert.Equal(0, module.Score.Mu));
        Assert.Equal(0, path.Score);
    }

    [Fact]
    public void An_optimization_path_through_the_points_of_the_line_is_the_direct_path()
    {
        using var images = Noise(30);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var initial = Weights(1);
        using var final = Weights(2);
        LinearInterpolation.Write(network, initial, final, 0.5);
        using var middle = StateDict.Of(network);
        var direct = CriticalityMeasurement.DirectPath(
            network,
            initial,
            final,
            [0, 0.5, 1],
            images,
            Settings,
            Path,
            cancellationToken: Stop
        );
        var other = CriticalityMeasurement.OptimizationPath(
            network,
            initial,
            final,
            [new(0, initial), new(0.5, middle), new(1, final)],
            images,
            Settings,
            Path,
            cancellationToken: Stop
        );
        foreach (var (a, b) in direct.Modules.Zip(other.Modules))
        {
            Assert.All(a.Map.Zip(b.Map), points =>
                Assert.Equal(
                    (points.First.Position, points.First.Sigma, points.First.Error, points.First.Loss),
                    (points.Second.Position, points.Second.Sigma, points.Second.Error, points.Second.Loss)
                )
            );
            Assert.All(a.Map.Zip(b.Map), points => Assert.Equal(points.First.Distance, points.Second.Distance, 1e-4));
        }
    }

    [Fact]
    public void Equal_seeds_give_equal_maps_and_one_draw_has_no_error_bar()
    {
        using var images = Noise(30);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var initial = Weights(1);
        using var final = Weights(2);
        PathResult Measure(PathSettings settings) =>
            CriticalityMeasurement.DirectPath(
                network,
                initial,
                final,
                [0, 1],
                images,
                Settings,
                settings,
                cancellationToken: Stop
            );
        var (first, second, other) = (Measure(Path), Measure(Path), Measure(Path with { Seed = 1, Draws = 1 }));
        Assert.Equal(first.Modules.SelectMany(module => module.Map), second.Modules.SelectMany(module => module.Map));
        Assert.NotEqual(
            first.Modules[0].Map.Select(point => point.Loss),
            other.Modules[0].Map.Select(point => point.Loss)
        );
        Assert.All(other.Modules[0].Map, point => Assert.Equal(point.Sigma == 0 ? 0 : null, point.StandardError));
        Assert.All(other.Modules, module => Assert.Null(module.Score.High));
    }

    [Fact]
    public void Sigma_zero_is_measured_once_whether_or_not_it_is_listed()
    {
        using var images = Noise(20);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var initial = Weights(1);
        using var final = Weights(2);
        var (without, with) = (Map(Path), Map(Path with { Sigmas = [0, .. Path.Sigmas] }));
        Assert.Equal(without, with);

        List<PathPoint> Map(PathSettings path) =>
            [
                .. CriticalityMeasurement
                    .DirectPath(network, initial, final, [1], images, Settings, path, cancellationToken: Stop)
                    .Modules.SelectMany(module => module.Map),
            ];
    }

    [Fact]
    public void The_networks_weights_and_mode_are_put_back_also_when_the_work_is_stopped()
    {
        using var images = Noise(30);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        network.train();
        using var own = StateDict.Of(network);
        using var initial = Weights(1);
        using var final = Weights(2);
        CriticalityMeasurement.DirectPath(
            network,
            initial,
            final,
            [0, 1],
            images,
            Settings,
            Path,
            cancellationToken: Stop
        );
        using var stopped = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            CriticalityMeasurement.DirectPath(
                network,
                initial,
                final,
                [0, 1],
                images,
                Settings,
                Path,
                (_, shape, _) =>
                {
                    stopped.Cancel();
                    return zeros(shape);
                },
                cancellationToken: stopped.Token
            )
        );
        using var after = StateDict.Of(network);
        Assert.All(after, entry => Assert.True(entry.Value.Equals(own[entry.Key])));
        Assert.True(network.Root.training);
    }

    [Fact]
    public void Nothing_leaks()
    {
        using var images = Noise(30);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var initial = Weights(1);
        using var final = Weights(2);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        CriticalityMeasurement.Rewinding(network, initial, final, images, Settings, cancellationToken: Stop);
        CriticalityMeasurement.DirectPath(
            network,
            initial,
            final,
            [0, 0.5, 1],
            images,
            Settings with
            {
                Precision = Precision.Bfloat16,
            },
            Path,
            cancellationToken: Stop
        );
        CriticalityMeasurement.OptimizationPath(
            network,
            initial,
            final,
            [new(1, final)],
            images,
            Settings,
            Path,
            cancellationToken: Stop
        );
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_head_of_other_classes_is_left_out_and_any_other_mismatch_is_named()
    {
        using var images = Noise(30);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var initial = Weights(1, classes: 7);
        using var final = Weights(2);
        var rewinding = CriticalityMeasurement.Rewinding(
            network,
            initial,
            final,
            images,
            Settings,
            cancellationToken: Stop
        );
        var path = CriticalityMeasurement.DirectPath(
            network,
            initial,
            final,
            [0, 1],
            images,
            Settings,
            Path,
            cancellationToken: Stop
        );
        Assert.True(rewinding.HeadLeftOut && path.HeadLeftOut);
        Assert.Equal(["conv1", "layer1.0", "layer2.0", "layer3.0"], rewinding.Modules.Select(module => module.Name));
        Assert.Equal(["conv1", "layer1.0", "layer2.0", "layer3.0"], path.Modules.Select(module => module.Name));
        using var deeper = Networks.Create("cifar_resnet20", 4, 1);
        using var others = StateDict.Of(deeper);
        Assert.Contains(
            "layer1.1.conv1.weight",
            Assert
                .Throws<InputException>(() =>
                    CriticalityMeasurement.Rewinding(network, others, final, images, Settings, cancellationToken: Stop)
                )
                .Message,
            StringComparison.Ordinal
        );
        using var wide = new StateDict(
            final.Select(entry =>
                KeyValuePair.Create(entry.Key, entry.Key == "conv1.weight" ? zeros(16, 3, 5, 5) : entry.Value.clone())
            )
        );
        Assert.Contains(
            "conv1.weight",
            Assert
                .Throws<InputException>(() =>
                    CriticalityMeasurement.Rewinding(network, wide, final, images, Settings, cancellationToken: Stop)
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Modules_before_the_changed_one_compute_once_a_batch()
    {
        using var images = Noise(50);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var initial = Weights(1);
        using var final = Weights(2);
        var calls = new int[network.Modules.Length];
        using var counted = new Network(
            "counted",
            network.Root,
            network.Modules.Select(
                (module, i) =>
                    module with
                    {
                        Forward = input =>
                        {
                            calls[i]++;
                            return module.Forward(input);
                        },
                    }
            )
        );
        CriticalityMeasurement.Rewinding(counted, initial, final, images, Settings, cancellationToken: Stop);

        // Three batches: once for the trained network, and once for each module up to this one.
        Assert.Equal([6, 9, 12, 15, 18], calls);
    }

    [Fact]
    public void Wrong_settings_are_refused()
    {
        using var images = Noise(30);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var weights = Weights(1);
        void Refused(PathSettings settings, params double[] alphas) =>
            Assert.Throws<InputException>(() =>
                CriticalityMeasurement.DirectPath(
                    network,
                    weights,
                    weights,
                    alphas,
                    images,
                    Settings,
                    settings,
                    cancellationToken: Stop
                )
            );
        Refused(Path);
        Refused(Path, 0, 1.5);
        Refused(Path, double.NaN);
        Refused(Path with { Sigmas = [] }, 0, 1);
        Refused(Path with { Sigmas = [0] }, 0, 1);
        Refused(Path with { Sigmas = [-0.1, 0.1] }, 0, 1);
        Refused(Path with { Draws = 0 }, 0, 1);
        Refused(Path with { Examples = 0 }, 0, 1);
        Refused(Path with { Eps = 2 }, 0, 1);
        Assert.Throws<InputException>(() =>
            CriticalityMeasurement.OptimizationPath(
                network,
                weights,
                weights,
                [],
                images,
                Settings,
                Path,
                cancellationToken: Stop
            )
        );
    }

    [Fact]
    public void Neighbouring_default_sigmas_resolve_mu_to_a_factor_of_the_root_of_ten()
    {
        var sigmas = PathSettings.DefaultSigmas;
        Assert.Equal((0.001, 0.316), (sigmas[0], sigmas[^1]));
        Assert.All(sigmas.Zip(sigmas.Skip(1)), pair =>
            Assert.Equal(Math.Sqrt(10), pair.Second / pair.First * (pair.Second / pair.First), 0.03)
        );
    }

    [Fact]
    public void Some_images_are_spread_evenly_over_a_sorted_set()
    {
        using var images = Noise(40);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var weights = Weights(1);
        using var chosen = images.Read([0, 10, 20, 30]);
        using var some = ImageSet.InMemory(chosen, images.Classes, images.Labels.At([0, 10, 20, 30]));
        var (four, all) = (
            CriticalityMeasurement.Rewinding(network, weights, weights, images, Settings, 4, cancellationToken: Stop),
            CriticalityMeasurement.Rewinding(network, weights, weights, some, Settings, cancellationToken: Stop)
        );
        Assert.Equal((4, all.Trained), (four.Examples, four.Trained));
        Assert.Equal(
            40,
            CriticalityMeasurement
                .Rewinding(network, weights, weights, images, Settings, 1000, cancellationToken: Stop)
                .Examples
        );
    }

    private static StateDict Weights(long seed, int classes = 4)
    {
        using var network = Networks.Create("cifar_resnet8", classes, seed);
        var weights = StateDict.Of(network);
        foreach (var (name, tensor) in weights)
        {
            if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                tensor.fill_(1 + (0.1 * seed));
            }
            else if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            {
                tensor.fill_(seed);
            }
        }

        return weights;
    }

    private static ImageSet Noise(int count)
    {
        using var generator = new Generator(3);
        using var pixels = randint(0, 256, [count, 3, 16, 16], dtype: ScalarType.Byte, generator: generator);
        return ImageSet.InMemory(
            pixels,
            ["a", "b", "c", "d"],
            [.. Enumerable.Range(0, count).Select(i => 4 * i / count)]
        );
    }
}
