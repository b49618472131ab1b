using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Probes;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Common;

/// <summary>Settings of the task kind <c>module_features</c>.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Precision of the network.</param>
internal sealed record ModuleFeaturesTaskSettings(string Network, Normalization Normalize, Precision Precision)
{
    /// <summary>Seed of random weights, of the variant that the input's weights have; null for those weights.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RandomSeed { get; init; }
}

/// <summary>
/// The task kind <c>module_features</c>: the features of all modules of a network on a set of images, one tensor
/// (images, features) for each module in <c>features.safetensors</c>.
/// </summary>
internal sealed class ModuleFeaturesTask : ITaskRunner
{
    private const string FileName = "features.safetensors";

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("module_features", 1);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <summary>How classifiers of features are evaluated. Images are not read: their features are.</summary>
    /// <param name="metric">The metric.</param>
    public static EvaluationSettings Evaluation(ImageMetric metric) =>
        new(Normalization.None, EvaluationSettings.DefaultBatchSize, Precision.Float32) { Metric = metric };

    /// <summary>The task for one part of a target's images. Analyses that ask for the same share it.</summary>
    /// <param name="study">The study, which has a P.</param>
    /// <param name="run">A run on the target.</param>
    /// <param name="test">Whether its test images are meant, and not its training images.</param>
    /// <param name="randomSeed">Seed of random weights; null for those of P.</param>
    public static TaskSpec Create(PlannedStudy study, PlannedRun run, bool test, int? randomSeed = null)
    {
        var training = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings).Training;
        return Declared.CreateTask(
            new ModuleFeaturesTaskSettings(study.Study.GroupedNetwork, study.Study.Images.Normalize, training.Precision)
            {
                RandomSeed = randomSeed,
            },
            $"features of {(randomSeed is null ? "P" : "random weights")} on {run.Target}, "
                + $"{(test ? "test" : "training")} images",
            test ? run.Evaluate.Cost : RecalibrationImages.Estimate(run, null),
            ("weights", study.Pretraining!),
            ("images", test ? run.TestImages : run.TrainImages)
        );
    }

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<ModuleFeaturesTaskSettings>(context.Settings);
        using var images = ImageCache.Open(context.Inputs["images"]);
        using var network = Load(
            context.Network(settings.Network),
            CheckpointFiles.Find(context.Inputs["weights"], "last"),
            settings.RandomSeed
        );
        var features = ModuleFeatures.Extract(
            network,
            images,
            new(settings.Normalize, EvaluationSettings.DefaultBatchSize, settings.Precision)
            {
                PartialResults = context.PartialResults,
            },
            context.Progress,
            context.CancellationToken
        );
        using var tensors = new StateDict(
            features.Select(module =>
                KeyValuePair.Create(module.Module, Evaluator.ToTensor(module.Values, module.Width))
            )
        );
        Safetensors.Write(Path.Combine(context.Output, FileName), tensors);
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["images"] = images.Count,
                ["modules"] = new JsonArray([.. features.Select(module => (JsonNode)module.Module)]),
            }.ToJsonString()
        );
    }

    /// <summary>Reads the features of an artifact.</summary>
    /// <param name="artifact">Its folder.</param>
    /// <returns>One matrix for each module, in order of computation.</returns>
    public static ImmutableArray<FeatureMatrix> Read(string artifact)
    {
        var result = JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "result.json")))!;
        using var tensors = Safetensors.Read(Path.Combine(artifact, FileName));
        return
        [
            .. result["modules"]
                .Deserialize<ImmutableArray<string>>()
                .Select(module =>
                {
                    var values = tensors[module];
                    return new FeatureMatrix(module, (int)values.shape[1], values.data<float>().ToArray());
                }),
        ];
    }

    // P may have no head, and the classes of its own where it has one.
    private static Network Load(NetworkArchitecture network, string file, int? randomSeed)
    {
        if (randomSeed is not { } seed)
        {
            return ModelFile.LoadOwnHead(network, file);
        }

        using var weights = Checkpoint.Read(file);
        return network.VariantFor(weights).Create(classes: 1, seed);
    }
}
