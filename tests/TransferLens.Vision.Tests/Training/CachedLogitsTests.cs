using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

/// <summary>
/// An evaluation reuses the stored logits of a training run exactly if it would compute the same.
/// </summary>
public sealed class KeptLogitsTests : IDisposable
{
    private readonly SmallTrainings trainings = new();

    public void Dispose() => trainings.Dispose();

    [Theory]
    [InlineData(Precision.Float32, null, Loss.CrossEntropy)]
    [InlineData(Precision.Float32, "2", Loss.BinaryCrossEntropy)]
    [InlineData(Precision.Bfloat16, null, Loss.CrossEntropy)]
    public void Evaluating_the_last_epoch_has_the_bits_of_evaluating_its_checkpoint(
        Precision precision,
        string? block,
        Loss loss
    )
    {
        var shuffle = block is null ? null : new ShuffleSettings(block, 5);
        var settings = SmallTrainings.Settings with
        {
            Shuffle = shuffle,
            Training = SmallTrainings.Settings.Training with { Precision = precision, Loss = loss },
        };
        var trained = trainings.Train("trained", settings, null);
        var evaluation = new EvaluateTaskSettings("cifar_resnet8", 4, "last", settings.Normalize, precision, shuffle);
        Assert.True(File.Exists(Kept(trained)));
        var taken = Evaluate("taken", trained, evaluation);
        File.Delete(Kept(trained));
        var computed = Evaluate("computed", trained, evaluation);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(computed, "logits.safetensors")),
            File.ReadAllBytes(Path.Combine(taken, "logits.safetensors"))
        );
        Assert.Equal(
            File.ReadAllText(Path.Combine(computed, "result.json")),
            File.ReadAllText(Path.Combine(taken, "result.json"))
        );
        var last = SmallTrainings.Result(trained)["epochs"]!.AsArray()[^1]!;
        Assert.Equal((double)last["testAccuracy"]!, (double)SmallTrainings.Result(taken)["accuracy"]!, 1e-12);
    }

    [Fact]
    public void Other_epochs_images_normalizations_precisions_and_shuffles_are_computed()
    {
        var trained = trainings.Train("trained", SmallTrainings.Settings, null);
        // The stored logits are made wrong, to show where they are used.
        var said = Safetensors.ReadMetadata(Kept(trained));
        using (var made = new StateDict([KeyValuePair.Create("test-logits", zeros([16, 4]))]))
        {
            Safetensors.Write(Kept(trained), made, said);
        }

        EvaluateTaskSettings same = new(
            "cifar_resnet8",
            4,
            "last",
            SmallTrainings.Settings.Normalize,
            Precision.Float32
        );
        Assert.True(IsWrong(Evaluate("same", trained, same)));
        Assert.True(IsWrong(Evaluate("number", trained, same with { Checkpoint = "2" })));
        Assert.False(IsWrong(Evaluate("epoch", trained, same with { Checkpoint = "0" })));
        Assert.False(IsWrong(Evaluate("normalization", trained, same with { Normalize = Normalization.None })));
        Assert.False(IsWrong(Evaluate("precision", trained, same with { Precision = Precision.Bfloat16 })));
        Assert.False(IsWrong(Evaluate("shuffle", trained, same with { Shuffle = new("2", 5) })));
        Assert.False(IsWrong(Evaluate("images", trained, same, "trained train")));
        using (var few = new StateDict([KeyValuePair.Create("test-logits", zeros([15, 4]))]))
        {
            Safetensors.Write(Kept(trained), few, said);
        }

        Assert.False(IsWrong(Evaluate("too few", trained, same)));
    }

    [Fact]
    public void A_diverged_run_stores_no_logits()
    {
        var settings = SmallTrainings.Settings with { LearningRate = 1e30 };
        var trained = trainings.Train("diverged", settings, null);
        Assert.Equal("diverged", (string?)SmallTrainings.Result(trained)["status"]);
        Assert.False(File.Exists(Kept(trained)));
        Assert.Equal(
            16,
            (int)
                SmallTrainings.Result(
                    Evaluate(
                        "evaluated",
                        trained,
                        new("cifar_resnet8", 4, "last", settings.Normalize, Precision.Float32)
                    )
                )["examples"]!
        );
    }

    [Fact]
    public void A_chosen_metric_names_itself_in_the_result_and_takes_the_same_logits()
    {
        var settings = SmallTrainings.Settings;
        var trained = trainings.Train("chosen", settings, null);
        var plain = new EvaluateTaskSettings("cifar_resnet8", 4, "last", settings.Normalize, Precision.Float32);
        var usual = SmallTrainings.Result(Evaluate("usual", trained, plain));
        var chosen = Evaluate("balanced", trained, plain with { Metric = "balanced_accuracy" });
        var result = SmallTrainings.Result(chosen);
        Assert.Null(usual["metric"]);
        Assert.Equal("balanced_accuracy", (string?)result["metric"]);
        Assert.Equal(0.25, (double)result["chance"]!);
        Assert.Equal((double)usual["balancedAccuracy"]!, (double)result["balancedAccuracy"]!);
        Assert.Equal((double)usual["accuracy"]!, (double)result["accuracy"]!);
        Assert.InRange((double)result["low"]!, 0, (double)result["high"]!);
        Assert.Equal(usual["perClass"]!.ToJsonString(), result["perClass"]!.ToJsonString());
        var read = EvaluationFile.Read(chosen);
        Assert.Equal(("balanced_accuracy", (double)result["balancedAccuracy"]!), (read.Metric!.Key, read.Score));
    }

    private static string Kept(string trained) => Path.Combine(trained, "test-logits.safetensors");

    private static bool IsWrong(string evaluated)
    {
        using var file = Safetensors.Read(Path.Combine(evaluated, "logits.safetensors"));
        return file["logits"].count_nonzero().item<long>() == 0;
    }

    private string Evaluate(string name, string trained, EvaluateTaskSettings settings, string? images = null)
    {
        var output = Directory.CreateDirectory(trainings[name]).FullName;
        var cache = images ?? $"{Path.GetFileName(trained)} test";
        new EvaluateTask().Run(
            SmallTrainings.Context(
                TaskSettings.Write(settings),
                output,
                ("weights", trained),
                ("images", trainings[cache])
            )
        );
        return output;
    }
}
