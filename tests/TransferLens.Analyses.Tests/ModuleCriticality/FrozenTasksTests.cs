using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.FineTuningDepth;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

/// <summary>The tasks themselves, on a training of two epochs.</summary>
public sealed class FrozenTasksTests : IDisposable
{
    private const string Net = "cifar_resnet8";
    private static readonly TrainingSettings Short = TrainingSettings.Default with
    {
        Epochs = 2,
        BatchSize = 8,
        Optimizer = OptimizerSettings.Default with { WeightDecay = 0.01 },
    };

    private readonly TemporaryFolder folder = new();

    public FrozenTasksTests()
    {
        foreach (var split in (string[])["train", "test"])
        {
            Directory.CreateDirectory(folder[split]);
            ImageCache.Build(
                new Ruled(split == "train" ? 24 : 16),
                new(16, 16, Normalization.None),
                folder[split],
                false,
                null,
                TestContext.Current.CancellationToken
            );
        }

        Run(
            new TrainTask(),
            "P",
            new TrainTaskSettings(Net, 4, 9, 0.05, Short, Normalization.ImageNet, null),
            Roles("train", "test")
        );
        Run(
            new TrainTask(),
            "tuned",
            new TrainTaskSettings(Net, 4, 1, 0.05, Short, Normalization.ImageNet, "last"),
            Roles("train", "test", ("pretrained", "P"))
        );
        Evaluate("tuned");
        Run(
            new CriticalityTask(),
            "rewound",
            new CriticalityTaskSettings(Net, 4, "none", [], null, Normalization.ImageNet, Precision.Float32),
            Roles(("training", "tuned"), ("images", "test"), ("recalibrate_on", "train"))
        );
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Modules_that_rewinding_spares_are_frozen_bit_for_bit_at_Ps_values()
    {
        Spare("conv1", "layer2.0", "linear");
        var resettable = Run(
            new ResettableTask(),
            "resettable",
            new ResettableTaskSettings(Net, 4, [1], 0.01, Normalization.ImageNet, Precision.Float32),
            Roles(
                ("training 1", "tuned"),
                ("evaluation 1", "tuned-evaluated"),
                ("criticality 1", "rewound"),
                ("images", "test"),
                ("recalibrate_on", "train")
            )
        );
        // The head starts at random: it is never frozen.
        Assert.Equal(["conv1", "layer2.0"], resettable["modules"]!.AsArray().Select(name => (string)name!));
        using var tuned = Checkpoint.Read(CheckpointFiles.PathOf(folder["tuned"], 2));
        using var initial = Checkpoint.Read(CheckpointFiles.PathOf(folder["tuned"], 0));
        using (var network = Networks.Create(Net, 4, 0))
        {
            var owned = network.Modules.Where(module => module.Name is "conv1" or "layer2.0").ToList();
            using var mixed = new StateDict(
                tuned.Select(entry =>
                    KeyValuePair.Create(
                        entry.Key,
                        (owned.Any(module => module.Owns(entry.Key)) ? initial : tuned)[entry.Key].clone()
                    )
                )
            );
            mixed.CopyTo(network);
            using var test = ImageCache.Open(folder["test"]);
            using var train = ImageCache.Open(folder["train"]);
            var together = resettable["together"]![0]!;
            Assert.Equal(Accuracy(network, test), (double)together["accuracy"]!);
            Assert.Equal(Score("tuned") - Accuracy(network, test), Lost(together), 1e-12);
            var rewound = Recalibrated(network, test, train);
            tuned.CopyTo(network);
            var recalibrated = together["recalibrated"]!;
            Assert.Equal(rewound, (double)recalibrated["accuracy"]!);
            var trained = Recalibrated(network, test, train);
            Assert.Equal(trained - rewound, Lost(recalibrated), 1e-12);
            // The scores that findings compare are the recalibrated ones, image by image.
            Assert.Equal(trained - rewound, MeasuredTogether.ReadLost(Scores("resettable"), 1).Value, 1e-12);
            Assert.Equal(trained, ScoreFile.Read(Scores("rewound"), "trained").Value, 1e-12);
        }

        var frozen = Freeze();
        Assert.Equal("finished", (string?)frozen["status"]);
        using var after = Checkpoint.Read(CheckpointFiles.PathOf(folder["frozen"], 2));
        using var p = Checkpoint.Read(CheckpointFiles.PathOf(folder["P"], 2));
        foreach (var (name, tensor) in after)
        {
            var held =
                name.StartsWith("conv1", StringComparison.Ordinal)
                || name.StartsWith("bn1", StringComparison.Ordinal)
                || name.StartsWith("layer2.0", StringComparison.Ordinal);
            Assert.True(held == tensor.Equals(p[name]), name);
        }

        // Of an image of 16 x 16: the backward pass of conv1 and the weights' part of that of layer2.0 are saved.
        using var outline = Networks.Create(Net, 4, 0);
        var whole = TrainingCost.Count(outline, 16);
        var (stem, second) = (whole.Modules[0], whole.Modules[2]);
        var saved = stem.Backward + second.Forward + (whole.Modules[1].Forward / 2);
        Assert.Equal(1 - (saved / (double)whole.PerImage), (double)frozen["costShare"]!, 1e-9);
    }

    [Fact]
    public void Where_rewinding_spares_nothing_the_training_is_taken_over_as_it_is()
    {
        Spare();
        Run(
            new ResettableTask(),
            "resettable",
            new ResettableTaskSettings(Net, 4, [1], 0.01, Normalization.ImageNet, Precision.Float32),
            Roles(
                ("training 1", "tuned"),
                ("evaluation 1", "tuned-evaluated"),
                ("criticality 1", "rewound"),
                ("images", "test"),
                ("recalibrate_on", "train")
            )
        );
        Assert.Empty(Freeze()["frozen"]!.AsArray());
        Evaluate("frozen");
        Assert.Equal(Score("tuned"), Score("frozen"));
        Assert.Equal(
            File.ReadAllBytes(CheckpointFiles.PathOf(folder["tuned"], 2)),
            File.ReadAllBytes(CheckpointFiles.PathOf(folder["frozen"], 2))
        );
    }

    [Fact]
    public void A_rung_costs_what_it_trains()
    {
        var result = Run(
            new DepthTask(),
            "depth",
            new DepthTaskSettings(
                Net,
                4,
                [
                    new("head", Trained with { Freeze = ["conv1", "layer1.0", "layer2.0", "layer3.0"] }),
                    new("whole", Trained),
                    new("lp_ft", Trained with { Head = HeadStart.Probe }),
                ]
            ),
            Roles("train")
        );
        var rungs = result["rungs"].Deserialize<ImmutableArray<DepthMeasure>>(ResultJson.Options);
        Assert.Equal([(64 * 4) + 4, Parameters()], [rungs[0].TrainedParameters, rungs[1].TrainedParameters]);
        Assert.Equal(48, rungs[0].Images);
        Assert.True(rungs[0].PerImage < 0.35 * rungs[1].PerImage);
        // The probe passes once over the 24 training images.
        Assert.InRange((rungs[2].Total - rungs[1].Total) / rungs[1].PerImage, 24m / 3.1m, 24m / 2.9m);
        Assert.True(rungs[0].Memory < rungs[1].Memory);
    }

    private static TrainingSettings Trained => TrainingSettings.Default with { Epochs = 2, BatchSize = 8 };

    private static double Lost(JsonNode score) => (double)score["accuracyLost"]!["value"]!;

    private static double Recalibrated(Network network, ImageSet test, ImageSet train)
    {
        Recalibration.Run(
            network,
            train,
            new(Normalization.ImageNet, 5, Precision.Float32),
            cancellationToken: TestContext.Current.CancellationToken
        );
        return Accuracy(network, test);
    }

    private static double Accuracy(Network network, ImageSet test) =>
        Evaluator
            .Evaluate(
                network,
                test,
                new(Normalization.ImageNet, 5, Precision.Float32),
                cancellationToken: TestContext.Current.CancellationToken
            )
            .Score;

    private static long Parameters()
    {
        using var network = Networks.Create(Net, 4, 0);
        return network.parameters().Sum(parameter => parameter.numel());
    }

    private JsonNode Freeze() =>
        Run(
            new TrainFrozenTask(),
            "frozen",
            new TrainTaskSettings(Net, 4, 1, 0.05, Short, Normalization.ImageNet, "last"),
            Roles("train", "test", ("pretrained", "P"), ("training", "tuned"), ("resettable", "resettable"))
        );

    private double Score(string training) => (double)Result(training + "-evaluated")["accuracy"]!;

    private void Evaluate(string training) =>
        Run(
            new EvaluateTask(),
            training + "-evaluated",
            new EvaluateTaskSettings(Net, 4, "last", Normalization.ImageNet, Precision.Float32),
            Roles(("weights", training), ("images", "test"))
        );

    // Says of these modules that rewinding them cost the margin, and of the others that it cost more; and that the training learned something.
    private void Spare(params string[] modules)
    {
        var rewound = Result("rewound");
        foreach (var module in rewound["rewinding"]!["modules"]!.AsArray())
        {
            // What stale statistics cost decides nothing.
            module!["accuracyLost"] = 0.3;
            module["recalibrated"]!["accuracyLost"] = modules.Contains((string)module["name"]!) ? 0.01 : 0.02;
        }

        File.WriteAllText(Path.Combine(folder["rewound"], "result.json"), rewound.ToJsonString());
        var evaluated = Result("tuned-evaluated");
        evaluated["low"] = 1.1;
        File.WriteAllText(Path.Combine(folder["tuned-evaluated"], "result.json"), evaluated.ToJsonString());
    }

    private JsonNode Result(string artifact) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder[artifact], "result.json")))!;

    private JsonNode Scores(string artifact) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder[artifact], ScoreFile.Name)))!;

    private JsonNode Run<T>(ITaskRunner runner, string name, T settings, Dictionary<string, string> inputs)
    {
        Directory.CreateDirectory(folder[name]);
        runner.Run(
            new()
            {
                Catalog = new([], [.. Networks.All], [.. Metrics.All], [], [], []),
                Settings = TaskSettings.Write(settings),
                Locations = [],
                Inputs = inputs,
                Output = folder[name],
                Work = Directory.CreateDirectory(folder[name + "-work"]).FullName,
                Progress = new Progress<TaskProgress>(),
                CancellationToken = TestContext.Current.CancellationToken,
            }
        );
        return Result(name);
    }

    // A folder for a role of the same name, or one of another.
    private Dictionary<string, string> Roles(params object[] roles) =>
        roles.ToDictionary(
            role => role is (string name, string _) ? name : (string)role,
            role => folder[role is (string _, string from) ? from : (string)role],
            StringComparer.Ordinal
        );

    // Four classes of brightness under a ruled pattern.
    private sealed class Ruled(int count) : IImageSource
    {
        public ImmutableArray<string> Classes => ["a", "b", "c", "d"];

        public ImageLabels Labels => ImageLabels.SingleLabel([.. Enumerable.Range(0, count).Select(i => i % 4)]);

        public ImmutableArray<string> Names => [.. Enumerable.Range(0, count).Select(i => $"{i}")];

        public string Digest => $"{count}";

        public DecodedImage Read(int index) =>
            new(
                16,
                16,
                [
                    .. Enumerable
                        .Range(0, 3 * 16 * 16)
                        .Select(j => (byte)((40 * (index % 4)) + (((37 * index) + (101 * j) + (13 * index * j)) % 97))),
                ]
            );
    }
}
