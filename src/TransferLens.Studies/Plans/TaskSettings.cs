using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>Settings of the task kind <c>images</c>: decode, bring to size, keep as uint8.</summary>
/// <param name="Digest">Digest of the data.</param>
/// <param name="Size">Side of the square, in pixels.</param>
/// <param name="Resize">Length of the shorter side before the centre is cut out, in pixels.</param>
/// <param name="SkipBadImages">Leave out what cannot be decoded.</param>
/// <param name="Classes">What the labels count: the classes of the training images.</param>
public sealed record ImagesTaskSettings(
    string Digest,
    int Size,
    int Resize,
    bool SkipBadImages,
    ImmutableArray<string> Classes
);

/// <summary>Settings of the task kind <c>import_weights</c>: P from files, as the checkpoints of epochs 0, 1, 2, ...</summary>
/// <param name="Sha256">SHA-256 of the file.</param>
/// <param name="Network">The network that the weights fit.</param>
/// <param name="Earlier">SHA-256 of the files before it, when there are any.</param>
public sealed record ImportWeightsTaskSettings(
    string Sha256,
    string Network,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Earlier = null
);

/// <summary>Settings of the task kind <c>train</c>.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Seed">Seed of batch order and augmentation, and of the initial weights or head unless <c>InitSeed</c> is given.</param>
/// <param name="LearningRate">Base learning rate.</param>
/// <param name="Training">How it is trained.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Checkpoint">Which checkpoint of the input <c>pretrained</c> to start from (<c>last</c> or an epoch); null for random weights.</param>
/// <param name="Shuffle">How training and test images are shuffled; null for not at all.</param>
public sealed record TrainTaskSettings(
    string Network,
    int Classes,
    int Seed,
    double LearningRate,
    TrainingSettings Training,
    Normalization Normalize,
    string? Checkpoint,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ShuffleSettings? Shuffle = null
)
{
    /// <summary>Seed of the initial weights, or of the new head; null for <see cref="Seed"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? InitSeed { get; init; }
}

/// <summary>Settings of the task kind <c>evaluate</c>.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Checkpoint">Which checkpoint: <c>last</c>, <c>best</c> or an epoch.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">What the network computes in.</param>
/// <param name="Shuffle">How the images are shuffled; null for not at all.</param>
public sealed record EvaluateTaskSettings(
    string Network,
    int Classes,
    string Checkpoint,
    Normalization Normalize,
    Precision Precision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ShuffleSettings? Shuffle = null
)
{
    /// <summary>Key of the metric that judges the checkpoint; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>One permutation of an image's blocks for a whole data set, applied after normalization. Written only where there
/// is one, so that the keys of tasks without it are those that they had before it was known.</summary>
/// <param name="Block">Side of a block in pixels, or <c>channels</c> for all channels x size x size values.</param>
/// <param name="Seed">Seed of the permutation.</param>
public sealed record ShuffleSettings(string Block, int Seed);

/// <summary>Settings records as the JSON that a task carries.</summary>
public static class TaskSettings
{
    /// <summary>A record as JSON.</summary>
    public static JsonObject Write<T>(T settings) =>
        JsonSerializer.SerializeToNode(settings, StudyJson.Options)!.AsObject();

    /// <summary>The record that a task carries.</summary>
    public static T Read<T>(JsonObject settings) => settings.Deserialize<T>(StudyJson.Options)!;
}
