using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.FeatureSimilarity;

public class FeatureSimilarityTests
{
    private static readonly SimilaritySettings Settings = new(Normalization.ImageNet, 16, Precision.Float32);

    [Fact]
    public void Both_forms_agree_with_the_papers_formulas()
    {
        var expected = JsonNode.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "cka.json"))
        )!;
        using var images = ByRule(101, 4);
        using var network = Functions(
            x => x.square(),
            x => (x - 0.3).relu(),
            x => x.flatten(1).narrow(1, 0, 5).clone()
        );
        var settings = new SimilaritySettings(Normalization.None, 16, Precision.Float32);
        var exact = Measure(settings with { Form = SimilarityForm.Exact });
        Near(expected["biased"]!, exact.Biased!.Value, 1e-5);
        Near(expected["debiased"]!, exact.Debiased, 1e-5);
        var minibatches = Measure(settings with { Form = SimilarityForm.Minibatch });
        Near(expected["minibatches of 16"]!, minibatches.Debiased, 1e-5);
        Assert.Null(minibatches.Biased);
        var smallest = Measure(settings with { Form = SimilarityForm.Minibatch, BatchSize = 3 });
        Near(expected["minibatches of 3"]!, smallest.Debiased, 1e-5);
        Near(expected["biased errors"]!, exact.BiasedErrors!.Value, 1e-6);
        Near(expected["debiased errors"]!, exact.DebiasedErrors, 1e-6);
        Near(expected["errors of minibatches of 16"]!, minibatches.DebiasedErrors, 1e-6);
        Assert.Null(minibatches.BiasedErrors);
        // Of four images none can be left out.
        Assert.All(smallest.DebiasedErrors.SelectMany(row => row), error => Assert.Null(error));

        SimilarityResult Measure(SimilaritySettings chosen) =>
            SimilarityMeasurement.Measure(
                [network],
                images,
                chosen,
                cancellationToken: TestContext.Current.CancellationToken
            );
    }

    [Fact]
    public void Every_cell_of_two_published_networks_agrees_with_the_independent_values()
    {
        var golden = SharedData.Golden()["cka resnet20 resnet32 first 50 of each class"]!.AsObject();
        using var first = Published("cifar_resnet20", "resnet20-12fca82f.th");
        using var second = Published("cifar_resnet32", "resnet32-d509ac18.th");
        var source = new DataSource(
            "image_folder",
            Path.Combine(SharedData.Images("cifar10-test"), "test"),
            ImmutableSortedDictionary<string, string>.Empty
        );
        using var images = ImageCache.OpenOrBuild(
            ImageFormats.Open(source),
            new(32, 32, Normalization.ImageNet),
            false,
            null,
            TestContext.Current.CancellationToken
        );
        var which = StratifiedSample.Choose(images.Labels, 500);
        var measured = SimilarityMeasurement.Measure(
            [first, second],
            images,
            Settings with
            {
                BatchSize = 128,
            },
            which,
            null,
            TestContext.Current.CancellationToken
        );
        Assert.Equal((SimilarityForm.Exact, 500), (measured.Form, measured.Examples));
        var table = measured.Between(0, 1);
        Assert.Equal((11, 17), (table.Rows.Length, table.Columns.Length));
        foreach (var (row, cells) in golden)
        {
            foreach (var (column, cell) in cells!.AsObject())
            {
                var (r, c) = (table.Rows.IndexOf(row), table.Columns.IndexOf(column));
                Assert.Equal((double)cell!["biased"]!, table.Biased!.Value[r][c]!.Value, 2e-3);
                Assert.Equal((double)cell!["debiased"]!, table.Debiased[r][c]!.Value, 2e-3);
            }
        }
    }

    [Fact]
    public void Little_memory_changes_how_and_not_what_is_computed()
    {
        using var images = Noise(80, 8);
        using var first = Networks.Create("cifar_resnet8", 4, 1);
        using var second = Networks.Create("cifar_resnet8", 7, 2);
        var whole = SimilarityMeasurement.Measure(
            [first, second],
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var blocks = SimilarityMeasurement.Measure(
            [first, second],
            images,
            Settings with
            {
                Memory = 1,
            },
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(SimilarityForm.Exact, blocks.Form);
        Near(whole.Biased!.Value, blocks.Biased!.Value, 1e-6);
        Near(whole.Debiased, blocks.Debiased, 1e-6);
        Near(whole.BiasedErrors!.Value, blocks.BiasedErrors!.Value, 1e-6);
        Near(whole.DebiasedErrors, blocks.DebiasedErrors, 1e-6);
        using var many = Noise(200, 8);
        Assert.Equal(
            SimilarityForm.Minibatch,
            SimilarityMeasurement
                .Measure(
                    [first, second],
                    many,
                    Settings with
                    {
                        Memory = 1,
                    },
                    cancellationToken: TestContext.Current.CancellationToken
                )
                .Form
        );
        Assert.Throws<InputException>(() =>
            SimilarityMeasurement.Measure(
                [first, second],
                many,
                Settings with
                {
                    Memory = 1,
                    Form = SimilarityForm.Exact,
                },
                cancellationToken: TestContext.Current.CancellationToken
            )
        );
    }

    [Fact]
    public void Networks_are_compared_by_what_the_next_module_receives()
    {
        using var images = Noise(40, 8);
        using var first = Networks.Create("cifar_resnet8", 4, 1);
        using var second = Networks.Create("cifar_resnet20", 7, 2);
        using var scope = NewDisposeScope();
        var (a, b) = (Outputs(first, images), Outputs(second, images));
        foreach (var pool in new[] { false, true })
        {
            var measured = SimilarityMeasurement.Measure(
                [first, second],
                images,
                Settings with
                {
                    Pool = pool,
                },
                cancellationToken: TestContext.Current.CancellationToken
            );
            var table = measured.Between(0, 1);
            Assert.Equal(pool, measured.Pooled);
            Assert.Equal(
                ["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"],
                table.Matching().Select(module => module.Name)
            );
            for (var r = 0; r < a.Length; r++)
            {
                for (var c = 0; c < b.Length; c++)
                {
                    var expected = LinearCka.Between(Pooled(a[r], pool), Pooled(b[c], pool));
                    Assert.Equal(expected.Biased!.Value, table.Biased!.Value[r][c]!.Value, 1e-5);
                    Assert.Equal(expected.Debiased!.Value, table.Debiased[r][c]!.Value, 1e-5);
                }
            }
        }
    }

    [Fact]
    public void A_network_is_equal_to_itself_and_the_order_of_two_does_not_matter()
    {
        using var images = Noise(40, 8);
        using var first = Networks.Create("cifar_resnet8", 4, 1);
        using var second = Networks.Create("cifar_resnet8", 4, 2);
        var measured = SimilarityMeasurement.Measure(
            [first, second, first],
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.All(measured.Between(0, 2).Matching(), module =>
            Assert.Equal((1, 1), (Math.Round(module.Biased!.Value, 9), Math.Round(module.Debiased!.Value, 9)))
        );
        Assert.All(measured.Between(0, 2).Matching(), module =>
            Assert.Equal(
                (module.Debiased, module.Debiased, module.Biased),
                (module.DebiasedLow, module.DebiasedHigh, module.BiasedLow)
            )
        );
        Assert.Equal(measured.Between(0, 1).Debiased[1][3]!.Value, measured.Between(1, 0).Debiased[3][1]!.Value, 1e-12);
    }

    [Fact]
    public void Minibatches_side_by_side_give_what_they_give_in_turn_and_fit_into_the_memory()
    {
        var (largest, most) = (0, new object());
        var running = 0;
        using var images = Noise(160, 4);
        using var network = Functions(
            x =>
            {
                lock (most)
                {
                    largest = Math.Max(largest, ++running);
                }

                Thread.Sleep(10);
                lock (most)
                {
                    running--;
                }

                // 64 x 3072 values for each image of which pooling would leave 64.
                return x.flatten(1).unsqueeze(1).unsqueeze(3).expand(-1, 64, -1, 64).contiguous();
            },
            x => x.mean([2, 3]).square()
        );
        var settings = Settings with { Form = SimilarityForm.Minibatch, BatchSize = 16, Pool = true };
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            var inTurn = Measure(2048, 1);
            set_num_threads(2);
            var sideBySide = Measure(2048, 2);
            var tight = Measure(100, 1);
            Assert.Equal(inTurn.Debiased.SelectMany(row => row), sideBySide.Debiased.SelectMany(row => row));
            Near(inTurn.Debiased, tight.Debiased, 1e-9);
        }
        finally
        {
            set_num_threads(before);
        }

        SimilarityResult Measure(int memory, int atOnce)
        {
            largest = 0;
            var result = SimilarityMeasurement.Measure(
                [network],
                images,
                settings with
                {
                    Memory = memory,
                },
                cancellationToken: TestContext.Current.CancellationToken
            );
            Assert.Equal(atOnce, largest);
            return result;
        }
    }

    [Fact]
    public void Minibatches_come_near_the_exact_form()
    {
        using var images = Noise(2000, 4);
        using var generator = new Generator(8);
        using var a = randn(48, 60, generator: generator);
        using var b = randn(48, 60, generator: generator);
        using var first = Functions(x => x.flatten(1).matmul(a).relu(), x => x.square());
        using var second = Functions(x => x.flatten(1).matmul(b).relu());
        var settings = Settings with { BatchSize = 128 };
        var exact = SimilarityMeasurement.Measure(
            [first, second],
            images,
            settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var minibatches = SimilarityMeasurement.Measure(
            [first, second],
            images,
            settings with
            {
                Form = SimilarityForm.Minibatch,
            },
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(SimilarityForm.Exact, exact.Form);
        Assert.InRange(exact.Between(0, 1).Debiased[0][0]!.Value, 0.2, 0.95);
        Near(exact.Debiased, minibatches.Debiased, 0.01);
        // They are estimates of one number from the same images: their errors are alike too.
        Assert.InRange(minibatches.DebiasedErrors[0][2]!.Value / exact.DebiasedErrors[0][2]!.Value, 0.8, 1.5);
        Assert.All(minibatches.Between(0, 1).Matching().Zip(exact.Between(0, 1).Matching()), pair =>
            Assert.InRange(pair.Second.Debiased!.Value, pair.First.DebiasedLow!.Value, pair.First.DebiasedHigh!.Value)
        );
    }

    [Fact]
    public void A_module_that_is_the_same_for_every_image_is_undefined_and_leaves_the_others_alone()
    {
        using var images = Noise(20, 4);
        using var network = Functions(x => x.square(), x => x * 0 + 0.7, x => x.clone());
        using var broken = Functions(x => x / 0);
        foreach (var form in new[] { SimilarityForm.Exact, SimilarityForm.Minibatch })
        {
            var measured = SimilarityMeasurement.Measure(
                [network, broken],
                images,
                Settings with
                {
                    Form = form,
                },
                cancellationToken: TestContext.Current.CancellationToken
            );
            Assert.Equal(1, measured.Debiased[0][0]!.Value, 1e-9);
            Assert.All(measured.Debiased.Skip(1).SelectMany(row => row), value => Assert.Null(value));
            Assert.All(measured.Debiased[0].Skip(1), value => Assert.Null(value));
            Assert.All(measured.DebiasedErrors[0].Skip(1), error => Assert.Null(error));
        }
    }

    [Fact]
    public void Fewer_than_four_images_are_refused()
    {
        using var images = Noise(20, 4);
        using var network = Functions(x => x.square());
        Assert.Throws<InputException>(() =>
            SimilarityMeasurement.Measure(
                [network],
                images,
                Settings,
                [0, 1, 2],
                cancellationToken: TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(
            4,
            SimilarityMeasurement
                .Measure(
                    [network],
                    images,
                    Settings,
                    [0, 1, 2, 7],
                    cancellationToken: TestContext.Current.CancellationToken
                )
                .Examples
        );
    }

    [Fact]
    public void Nothing_leaks_and_modes_are_put_back()
    {
        using var images = Noise(40, 8);
        using var network = Networks.Create("cifar_resnet8", 4, 1);
        network.Root.train();
        using var before = StateDict.Of(network);
        var count = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (var form in new[] { SimilarityForm.Exact, SimilarityForm.Minibatch })
        {
            SimilarityMeasurement.Measure(
                [network, network],
                images,
                Settings with
                {
                    Form = form,
                    Pool = true,
                },
                cancellationToken: TestContext.Current.CancellationToken
            );
            SimilarityMeasurement.Measure(
                [network, network],
                images,
                Settings with
                {
                    Form = form,
                    Precision = Precision.Bfloat16,
                },
                cancellationToken: TestContext.Current.CancellationToken
            );
        }

        Assert.Equal(count, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(network.Root.training);
        using var after = StateDict.Of(network);
        Assert.All(after, entry => Assert.True(entry.Value.Equals(before[entry.Key])));
    }

    [Fact]
    public void Images_are_chosen_from_the_classes_in_turn()
    {
        Assert.Equal([0, 1, 3, 6], StratifiedSample.Choose(ImageLabels.SingleLabel([2, 0, 2, 1, 1, 1, 0]), 4));
        Assert.Equal([0, 1, 2], StratifiedSample.Choose(ImageLabels.SingleLabel([5, 5, 5]), 100));
    }

    private static Tensor Pooled(Tensor output, bool pool) => pool && output.dim() == 4 ? output.mean([2, 3]) : output;

    internal static Tensor[] Outputs(Network network, ImageSet images)
    {
        network.Root.train(false);
        using var frozen = no_grad();
        var value = images.Batches(images.Count, Normalization.ImageNet).Single().Images;
        return [.. network.Modules.Select(module => value = module.Forward(value))];
    }

    private static Network Published(string name, string file)
    {
        using var weights = Checkpoint.Read(SharedData.File($"weights/{file}"));
        var network = Networks.Create(name, 10, 0);
        WeightsLoader.Load(network, weights, newHead: false);
        return network;
    }

    internal static Network Functions(params Func<Tensor, Tensor>[] functions) =>
        new(
            "functions",
            nn.Sequential(),
            functions.Select((function, i) => new NetworkModule($"f{i}", [$"f{i}"], function))
        );

    internal static ImageSet Noise(int count, int size)
    {
        using var generator = new Generator(3);
        using var pixels = randint(0, 256, [count, 3, size, size], dtype: ScalarType.Byte, generator: generator);
        return ImageSet.InMemory(pixels, ["a", "b"], [.. Enumerable.Range(0, count).Select(i => i % 2)]);
    }

    // The rule of tests/reference/cka.py.
    internal static ImageSet ByRule(int count, int size)
    {
        var pixels = 3 * size * size;
        var values = Enumerable
            .Range(0, count * pixels)
            .Select(at => (i: at / pixels, j: at % pixels))
            .Select(at => (byte)(((37 * at.i) + (101 * at.j) + (13 * at.i * at.j) + (at.i * at.i)) % 251))
            .ToArray();
        using var all = tensor(values, [count, 3, size, size]);
        return ImageSet.InMemory(all, ["a"], [.. Enumerable.Repeat(0, count)]);
    }

    internal static void Near(JsonNode expected, ImmutableArray<ImmutableArray<double?>> measured, double tolerance) =>
        Near(
            [
                .. expected
                    .AsArray()
                    .Select(row => (ImmutableArray<double?>)[.. row!.AsArray().Select(value => (double?)value)]),
            ],
            measured,
            tolerance
        );

    internal static void Near(
        ImmutableArray<ImmutableArray<double?>> expected,
        ImmutableArray<ImmutableArray<double?>> measured,
        double tolerance
    )
    {
        Assert.Equal(expected.Length, measured.Length);
        Assert.All(expected.Zip(measured), rows =>
            Assert.All(rows.First.Zip(rows.Second), pair =>
                Assert.Equal(pair.First!.Value, pair.Second!.Value, tolerance)
            )
        );
    }
}
