using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>
/// Settings of the task kind <c>images</c>, which decodes, resizes and crops images and stores them as uint8.
/// </summary>
/// <param name="Digest">Digest of the data.</param>
/// <param name="Size">Side of the square centre crop, in pixels.</param>
/// <param name="Resize">Length of the shorter side, or of both, before cropping, in pixels.</param>
/// <param name="SkipBadImages">Leave out images that cannot be decoded.</param>
/// <param name="Classes">The classes to which labels refer: those of the training images.</param>
public sealed record ImagesTaskSettings(
    string Digest,
    int Size,
    int Resize,
    bool SkipBadImages,
    ImmutableArray<string> Classes
)
{
    /// <summary>The filter with which images are resized.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Interpolation Interpolation { get; init; }

    /// <summary>Whether the shorter side is resized, or both sides.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ResizeMode ResizeMode { get; init; }
}

/// <summary>
/// Settings of the task kind <c>import_weights</c>, which reads files of P as checkpoints of epochs 0, 1, 2, ...
/// </summary>
/// <param name="Sha256">SHA-256 of the last file.</param>
/// <param name="Network">Name of the network.</param>
/// <param name="Earlier">SHA-256 of the files before it; null for none.</param>
/// <param name="Key">Which of several state dicts in the files; null where there is no choice.</param>
public sealed record ImportWeightsTaskSettings(
    string Sha256,
    string Network,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Earlier = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Key = null
);

/// <summary>Settings of the task kind <c>train</c>.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Seed">Seed of batch order and augmentation, and of the initial weights or head unless
/// <see cref="InitSeed"/> is set.</param>
/// <param name="LearningRate">Base learning rate.</param>
/// <param name="Training">How it is trained.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Checkpoint">Checkpoint of the input <c>pretrained</c> to start from, <c>last</c> or an epoch; null for
/// random weights.</param>
/// <param name="Shuffle">Permutation of the blocks of training and test images; null for none.</param>
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
    /// <summary>Seed of the initial weights or head; null for <see cref="Seed"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? InitSeed { get; init; }

    /// <summary>Which of the training images it learns from; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SubsetSettings? Subset { get; init; }
}

/// <summary>
/// A stratified part of the training images. Parts with the same seed are nested: a smaller one is part of every larger
/// one.
/// </summary>
/// <param name="Share">Their share of all training images, in (0, 1].</param>
/// <param name="Seed">Seed of the choice.</param>
/// <param name="Repeat">
/// Whether images are repeated until an epoch has as many as there are in all, so that every part is trained for the
/// same number of steps.
/// </param>
public sealed record SubsetSettings(double Share, int Seed, bool Repeat);

/// <summary>Settings of the task kind <c>evaluate</c>.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Checkpoint">The checkpoint: <c>last</c>, <c>best</c> or an epoch.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Number format of activations.</param>
/// <param name="Shuffle">Permutation of the blocks of images; null for none.</param>
public sealed record EvaluateTaskSettings(
    string Network,
    int Classes,
    string Checkpoint,
    Normalization Normalize,
    Precision Precision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ShuffleSettings? Shuffle = null
)
{
    /// <summary>Key of the metric; null for the default of the images.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>
/// A permutation of an image's blocks, the same for all images, applied after normalization. Written only when set, so
/// that the keys of other tasks do not change.
/// </summary>
/// <param name="Block">Side of a block in pixels, or <c>channels</c> to permute all channels x size x size
/// values.</param>
/// <param name="Seed">Seed of the permutation.</param>
public sealed record ShuffleSettings(string Block, int Seed)
{
    /// <summary>
    /// Draw again until no block stays in place and no two stay neighbours; false for the seed's first permutation, as
    /// in the paper.
    /// </summary>
    // Settings without this member have always meant the first permutation, and still do: those tasks keep their keys
    // and stored results. A redrawn shuffle writes one member more, so that it has a key of its own and never takes a
    // result of the first permutation. Tasks that do not shuffle write neither.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Redraw { get; init; }
}

/// <summary>Settings of a task as JSON.</summary>
public static class TaskSettings
{
    /// <summary>Writes a settings record as JSON.</summary>
    public static JsonObject Write<T>(T settings) =>
        JsonSerializer.SerializeToNode(settings, StudyJson.Options)!.AsObject();

    /// <summary>Reads a settings record from a task's JSON.</summary>
    /// <exception cref="JsonException">It is not of this form.</exception>
    public static T Read<T>(JsonObject settings) => settings.Deserialize<T>(StudyJson.Options)!;
}
