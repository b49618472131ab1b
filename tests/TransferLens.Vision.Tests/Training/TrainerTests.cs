using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private static readonly TrainingSettings Plain = TrainingSettings.Default with { Epochs = 3, BatchSize = 8 };

    private readonly ImageSet train = Images(32, 1);
    private readonly ImageSet test = Images(16, 2);
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        train.Dispose();
        test.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("sgd", false)]
    [InlineData("sgd", true)]
    [InlineData("adamw", false)]
    public void Full_batch_steps_agree_with_libtorchs_own_optimizers(string name, bool nesterov)
    {
        var optimizer = OptimizerSettings.Default with { Name = name, Nesterov = nesterov, WeightDecay = 0.01 };
        using var ours = Network();
        Train(ours, Plain with { BatchSize = 32, Optimizer = optimizer }, 0.01, "a");
        using var theirs = Network();
        using var reference =
            name == "sgd"
                ? optim.SGD(theirs.parameters(), 0.01, 0.9, 0, 0.01, nesterov)
                : (optim.Optimizer)optim.AdamW(theirs.parameters(), 0.01, weight_decay: 0.01);
        theirs.train();
        for (var epoch = 0; epoch < 3; epoch++)
        {
            using var scope = NewDisposeScope();
            using var batch = train.Batches(32, Normalization.ImageNet).Single();
            reference.zero_grad();
            BackwardPass.Run(nn.functional.cross_entropy(theirs.forward(batch.Images), batch.Labels));
            reference.step();
        }

        foreach (var ((key, mine), other) in ours.named_parameters().Zip(theirs.parameters()))
        {
            // AdamW divides by small second moments, so the order of summation matters.
            Assert.True(mine.allclose(other, 1e-3, name == "sgd" ? 1e-5 : 2e-3), key);
        }
    }

    [Fact]
    public void An_interrupted_run_resumes_to_the_same_bits()
    {
        var settings = Plain with
        {
            Epochs = 4,
            MixupAlpha = 0.7,
            Augment = new(2, false, true),
            KeepBest = true,
            Schedule = new("cosine", [], 0.1, 1),
        };
        using var whole = Network();
        var expected = Train(whole, settings, 0.05, "whole");
        using var broken = Network();
        using var cancellationToken = new CancellationTokenSource();
        var breaking = new Breaking(cancellationToken, 2.4 / 4);
        Assert.Throws<OperationCanceledException>(() =>
            Train(broken, settings, 0.05, "broken", breaking, cancellationToken.Token)
        );
        using var resumed = Network();
        var seen = new Breaking(null, 2);
        var actual = Train(resumed, settings, 0.05, "broken", seen);
        Assert.True(seen.First >= 0.5, "the first two epochs were trained again");
        Assert.Equal(expected.Epochs, actual.Epochs);
        Assert.Equal(expected.Kept, actual.Kept);
        AssertEqual(whole, resumed);
    }

    [Fact]
    public void Equal_seeds_give_equal_bits_and_other_seeds_do_not()
    {
        using var first = Network();
        using var second = Network();
        using var third = Network();
        Train(first, Plain, 0.05, "a");
        Train(second, Plain, 0.05, "b");
        Trainer.Train(
            third,
            train,
            test,
            new(Plain, 0.05, Seed: 2, Normalization.ImageNet),
            Folder("c"),
            cancellationToken: TestContext.Current.CancellationToken
        );
        AssertEqual(first, second);
        Assert.False(first.state_dict()["conv1.weight"].Equals(third.state_dict()["conv1.weight"]));
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_the_run_as_diverged_with_its_curve()
    {
        using var network = Network();
        var curve = Train(network, Plain with { Epochs = 50 }, 1e35, "diverging");
        Assert.True(curve.Diverged);
        Assert.InRange(curve.Epochs.Length, 2, 50);
        Assert.Null(curve.Epochs[^1].TestLoss);
        Assert.All(curve.Epochs[..^1], epoch => Assert.NotNull(epoch.TestLoss));
        Assert.All(network.parameters(), parameter => Assert.True(parameter.isfinite().all().item<bool>()));
    }

    [Fact]
    public void Requested_epochs_and_the_first_best_and_last_are_kept()
    {
        using var network = Network();
        using var initial = StateDict.Of(network);
        var curve = Train(network, Plain with { Epochs = 5, Keep = [2], KeepBest = true }, 0.05, "kept");
        Assert.Superset(new HashSet<int> { 0, 2, 5 }, curve.Kept.ToHashSet());
        Assert.Contains(curve.Best, curve.Kept);
        Assert.Equal(
            curve.Kept.Order(),
            Directory.GetFiles(folder["kept", "checkpoints"]).Select(f => int.Parse(Path.GetFileName(f)[6..9])).Order()
        );
        using var zero = Checkpoint.Read(CheckpointFiles.PathOf(folder["kept"], 0));
        Assert.All(initial, entry => Assert.True(entry.Value.Equals(zero[entry.Key])));
        using var last = Checkpoint.Read(CheckpointFiles.PathOf(folder["kept"], curve.Last));
        Assert.All(network.state_dict(), entry => Assert.True(entry.Value.Equals(last[entry.Key])));
    }

    [Fact]
    public void Groups_freeze_and_penalize_what_their_pattern_matches()
    {
        using var free = Network();
        using var held = Network();
        using var initial = StateDict.Of(free);
        Train(free, Plain, 0.05, "free");
        Train(
            held,
            Plain with
            {
                ParameterGroups = [new("^linear", 0, null, 0, "zero"), new("^conv1", 1, null, 5, "initial")],
            },
            0.05,
            "held"
        );
        Assert.True(held.state_dict()["linear.weight"].Equals(initial["linear.weight"]));
        Assert.True(Moved(held) < 0.8 * Moved(free));
        using var wrong = Network();
        Assert.Contains(
            "nowhere",
            Assert
                .Throws<InputException>(() =>
                    Train(wrong, Plain with { ParameterGroups = [new("nowhere", 1, null, 0, "zero")] }, 0.05, "wrong")
                )
                .Message,
            StringComparison.Ordinal
        );

        double Moved(Network network) =>
            (network.state_dict()["conv1.weight"] - initial["conv1.weight"]).norm().item<float>();
    }

    [Theory]
    [InlineData(Precision.Bfloat16, Loss.CrossEntropy)]
    [InlineData(Precision.Float32, Loss.BinaryCrossEntropy)]
    public void Other_precisions_and_losses_learn_too(Precision precision, Loss loss)
    {
        using var network = Network();
        var curve = Train(network, Plain with { Epochs = 8, Precision = precision, Loss = loss }, 0.05, "other");
        Assert.True(curve.Epochs[^1].TrainLoss < 0.7 * curve.Epochs[1].TrainLoss);
    }

    [Fact]
    public void Schedules_follow_their_definitions()
    {
        double[] Rates(ScheduleSettings schedule) =>
            [.. Enumerable.Range(0, 4).Select(e => Math.Round(LearningRateSchedule.At(schedule, 1, e, 4), 6))];
        Assert.Equal([1, 1, 1, 1], Rates(ScheduleSettings.Constant));
        Assert.Equal([1, 1, 0.1, 0.01], Rates(new("multi_step", [2, 3], 0.1, 0)));
        Assert.Equal([1, 0.853553, 0.5, 0.146447], Rates(new("cosine", [], 0.1, 0)));
        Assert.Equal([0.333333, 0.666667, 1, 1], Rates(new("constant", [], 0.1, 2)));
    }

    [Fact]
    public void No_tensor_is_leaked()
    {
        using var network = Network();
        Train(network, Plain with { Epochs = 1, MixupAlpha = 0.5, Augment = new(2, true, true) }, 0.05, "first");
        // Counts this thread only: other tests create tensors at the same time.
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (var precision in new[] { Precision.Float32, Precision.Bfloat16 })
        {
            Train(
                network,
                Plain with
                {
                    MixupAlpha = 0.5,
                    Augment = new(2, true, true),
                    Precision = precision,
                    KeepEvery = 1,
                },
                0.05,
                $"leak {precision}"
            );
        }

        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Epochs_that_are_not_tested_change_no_weights_and_leave_gaps_in_the_curve()
    {
        using var every = Network();
        var whole = Train(every, Plain with { Epochs = 3 }, 0.05, "every epoch");
        using var second = Network();
        var gaps = Train(second, Plain with { Epochs = 3, EvaluateEvery = 2 }, 0.05, "every second epoch");
        Assert.False(gaps.Diverged);
        Assert.Equal(whole.Epochs[0], gaps.Epochs[0]);
        Assert.Equal(whole.Epochs[1] with { TestLoss = null, TestScore = null }, gaps.Epochs[1]);
        Assert.Equal(whole.Epochs[2], gaps.Epochs[2]);
        Assert.Equal(whole.Epochs[3], gaps.Epochs[3]);
        AssertEqual(every, second);
    }

    [Fact]
    public void The_momentum_of_running_statistics_is_that_of_the_settings_and_changes_no_weight()
    {
        // One step of all images: with a momentum of 1, the statistics are those of the batch.
        var step = Plain with { Epochs = 1, BatchSize = 32 };
        using var before = Network();
        using var own = Network();
        using var whole = Network();
        Train(own, step, 0.05, "own momentum");
        Train(whole, step with { BatchNormMomentum = 1 }, 0.05, "momentum of 1");
        Assert.All(own.named_parameters().Zip(whole.parameters()), pair =>
            Assert.True(pair.First.parameter.Equals(pair.Second), pair.First.name)
        );
        var (start, usual, batch) = (before.state_dict(), own.state_dict(), whole.state_dict());
        var statistics = start.Keys.Where(key => key.Contains("running_", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(statistics);
        Assert.All(statistics, key =>
            Assert.True(usual[key].allclose((0.9 * start[key]) + (0.1 * batch[key]), 1e-4, 1e-5), key)
        );

        // The network has its own again.
        Assert.All(RecalibrationMode.Layers(whole), layer => Assert.Equal(0.1, layer.Momentum));
    }

    [Fact]
    public void A_run_that_diverges_in_an_epoch_that_is_not_tested_has_diverged()
    {
        using var network = Network();
        var curve = Train(network, Plain with { Epochs = 3, EvaluateEvery = 3 }, 1e30, "diverges untested");
        Assert.True(curve.Diverged);
        Assert.Null(curve.Epochs[^1].TestScore);
        Assert.True(curve.Epochs.Length <= 3);
    }

    [Fact]
    public void The_best_epoch_is_chosen_on_validation_images_where_there_are_some()
    {
        var settings = Plain with { KeepBest = true };
        using var plain = Network();
        var onTest = Train(plain, settings, 0.05, "on test");
        Assert.All(onTest.Epochs, epoch => Assert.Null(epoch.ValidationScore));
        Assert.Equal(First(onTest, epoch => epoch.TestScore), onTest.Best);
        Assert.True(onTest.Best > 0);

        // Labels that no image has: what is learned is never right there, so no epoch is better than the first.
        using var images = Images(16, 3);
        using var pixels = images.Read([.. Enumerable.Range(0, 16)]);
        using var validation = ImageSet.InMemory(pixels, ["a", "b", "c", "d", "e"], [.. Enumerable.Repeat(4, 16)]);
        using var network = Networks.Create("cifar_resnet8", 5, 7);
        using var same = Networks.Create("cifar_resnet8", 5, 7);
        var recipe = new TrainingRecipe(settings, 0.05, Seed: 1, Normalization.ImageNet);
        var token = TestContext.Current.CancellationToken;
        var chosen = Trainer.Train(
            network,
            train,
            test,
            recipe with
            {
                Validation = validation,
            },
            Folder("chosen"),
            null,
            token
        );
        var other = Trainer.Train(same, train, test, recipe, Folder("other"), null, token);
        Assert.Equal(First(chosen, epoch => epoch.ValidationScore), chosen.Best);
        Assert.NotEqual(other.Best, chosen.Best);
        Assert.Contains(chosen.Best, chosen.Kept);
        // Choosing changes nothing else.
        Assert.Equal(other.Epochs.Select(epoch => epoch.TestLoss), chosen.Epochs.Select(epoch => epoch.TestLoss));
        AssertEqual(same, network);

        // It is chosen likewise after an interruption.
        using var again = Networks.Create("cifar_resnet8", 5, 7);
        Trainer.Train(again, train, test, Recipe(1), Folder("resumed"), null, token);
        var resumed = Trainer.Train(again, train, test, Recipe(3), Folder("resumed"), null, token);
        Assert.Equal(chosen.Best, resumed.Best);
        Assert.Equal(
            chosen.Epochs.Select(epoch => epoch.ValidationScore),
            resumed.Epochs.Select(epoch => epoch.ValidationScore)
        );

        TrainingRecipe Recipe(int epochs) =>
            recipe with
            {
                Settings = settings with { Epochs = epochs },
                Validation = validation,
            };

        static int First(TrainingCurve curve, Func<TrainingEpoch, double?> score) => curve.Epochs.MaxBy(score)!.Epoch;
    }

    private TrainingCurve Train(
        Network network,
        TrainingSettings settings,
        double rate,
        string name,
        IProgress<TaskProgress>? progress = null,
        CancellationToken? cancellationToken = null
    ) =>
        Trainer.Train(
            network,
            train,
            test,
            new(settings, rate, Seed: 1, Normalization.ImageNet),
            Folder(name),
            progress,
            cancellationToken ?? TestContext.Current.CancellationToken
        );

    private string Folder(string name) => Directory.CreateDirectory(folder[name]).FullName;

    private static Network Network() => Networks.Create("cifar_resnet8", 4, 7);

    private static void AssertEqual(Network first, Network second) =>
        Assert.All(first.state_dict().Zip(second.state_dict()), pair =>
            Assert.True(pair.First.Value.Equals(pair.Second.Value), pair.First.Key)
        );

    // Four classes that differ in brightness, so that a few steps suffice to learn them.
    private static ImageSet Images(int count, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        var pixels = randint(0, 120, [count, 3, 12, 12], dtype: ScalarType.Byte, generator: generator);
        var labels = Enumerable.Range(0, count).Select(i => i % 4).ToArray();
        pixels = pixels + tensor(labels.Select(l => (byte)(40 * l)).ToArray()).view(-1, 1, 1, 1);
        return ImageSet.InMemory(pixels, ["a", "b", "c", "d"], [.. labels]);
    }

    private sealed class Breaking(CancellationTokenSource? cancellationToken, double at) : IProgress<TaskProgress>
    {
        public double First { get; private set; } = -1;

        public void Report(TaskProgress value)
        {
            First = First < 0 ? value.Fraction : First;
            if (value.Fraction >= at)
            {
                cancellationToken?.Cancel();
            }
        }
    }
}
