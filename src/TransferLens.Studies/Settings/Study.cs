using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TransferLens.Studies.Settings;

/// <summary>A validated study file: the pretrained weights, targets, training runs and analyses.</summary>
/// <param name="Name">The study's name, which is also the name of its results folder.</param>
/// <param name="Network">Name of a network, for example <c>cifar_resnet20</c>. That of a network from a file follows
/// from its content.</param>
/// <param name="Images">Preprocessing of all images.</param>
/// <param name="Pretrained">Source of the pretrained weights, P; null when every run starts from random
/// weights.</param>
/// <param name="Targets">The target data sets by name, in the file's order.</param>
/// <param name="Training">Training settings of all runs; a run may override them.</param>
/// <param name="Runs">The runs by name (<c>P-T</c>, <c>RI-T</c>), in the file's order.</param>
/// <param name="Analyses">Settings of each requested analysis by its name, defaults filled in.</param>
/// <param name="Folder">The folder that relative paths in the file are relative to.</param>
public sealed record Study(
    string Name,
    string Network,
    ImageSettings Images,
    PretrainedSettings? Pretrained,
    ImmutableArray<KeyValuePair<string, TargetSettings>> Targets,
    TrainingSettings Training,
    ImmutableArray<KeyValuePair<string, RunSettings>> Runs,
    ImmutableArray<KeyValuePair<string, JsonObject>> Analyses,
    string Folder
)
{
    /// <summary>Full path of the file that defines the network; null for one of the catalog.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NetworkFile { get; init; }

    /// <summary>Modules that are measured as one; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModuleGroups? Modules { get; init; }

    /// <summary>Name of the network with the study's groups of modules.</summary>
    [JsonIgnore]
    public string GroupedNetwork => Modules?.NameOf(Network) ?? Network;

    /// <summary>
    /// Key of the metric by which runs are judged; null for accuracy, or mean AUC on multi-label targets.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }

    /// <summary>What was assumed when the file was read, a sentence each. It does not affect the results.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>How its tasks run under Slurm; null for the defaults. It does not affect the results.</summary>
    public SlurmSettings? Slurm { get; init; }
}

/// <summary>Preprocessing of images.</summary>
/// <param name="Size">Side of the square centre crop, in pixels.</param>
/// <param name="Resize">Length to which the shorter side is resized before cropping, or both sides
/// (<see cref="ResizeMode"/>), in pixels; at least <paramref name="Size"/>.</param>
/// <param name="Normalize">Normalization of pixel values in [0, 1].</param>
public sealed record ImageSettings(int Size, int Resize, Normalization Normalize)
{
    /// <summary>The filter with which images are resized.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Interpolation Interpolation { get; init; }

    /// <summary>Whether the shorter side is resized, or both sides.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ResizeMode ResizeMode { get; init; }
}

/// <summary>A data set: a target, or the source data of a pretraining.</summary>
/// <param name="Train">The training images.</param>
/// <param name="Test">The test images; their classes are among those of <paramref name="Train"/>.</param>
public sealed record TargetSettings(DataSource Train, DataSource Test)
{
    /// <summary>Images for choices, held out of training and test; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DataSource? Validation { get; init; }
}

/// <summary>The training or test images of a data set.</summary>
/// <param name="Format">Name of a <see cref="DataFormat"/>, for example <c>image_folder</c>.</param>
/// <param name="Location">Full path of the folder or file; empty for formats that read no files.</param>
/// <param name="Options">Values of the format's <see cref="DataOption"/>s by name, sorted by name.</param>
/// <param name="Limit">Largest number of images, taken from the classes in turn; null for all.</param>
public sealed record DataSource(
    string Format,
    string Location,
    ImmutableSortedDictionary<string, string> Options,
    int? Limit = null
)
{
    /// <summary>
    /// Names of the classes in the order of their labels; null for the order of the format. Classes without images may
    /// be among them. Where the images have integers for classes, these are positions in the list.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? Classes { get; init; }

    /// <summary>
    /// Whether images that a list names and that do not exist are left out and counted, instead of an error.
    /// </summary>
    [JsonIgnore]
    public bool SkipsMissing { get; init; }

    /// <summary>The part of the images to read; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DataSplit? Split { get; init; }
}

/// <summary>Source of the pretrained weights, P: a file, or a pretraining run of the study.</summary>
/// <param name="Weights">Full path of a weights file, or of a folder that contains one; null when the study trains
/// P.</param>
/// <param name="Data">The source data set, when the study trains P.</param>
/// <param name="Training">Training settings of P, when the study trains it.</param>
/// <param name="LearningRate">Learning rate of the pretraining.</param>
/// <param name="Seed">Seed of the pretraining.</param>
public sealed record PretrainedSettings(
    string? Weights,
    TargetSettings? Data,
    TrainingSettings? Training,
    double LearningRate,
    int Seed
)
{
    /// <summary>
    /// Full paths of P's earlier checkpoints, in order of training, when the study lists several weights files.
    /// </summary>
    public ImmutableArray<string> Earlier { get; init; } = [];

    /// <summary>Where weights came from that were fetched to this disk; empty when the study names files.</summary>
    public ImmutableArray<WeightsOrigin> Origins { get; init; } = [];

    /// <summary>
    /// Which of several state dicts in the weights files, as a path of keys with dots; null to choose by rule.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WeightsKey { get; init; }

    /// <summary>What weights are called in titles and reports: their origin, or the name of the file.</summary>
    /// <param name="path">The path of P or of an earlier checkpoint.</param>
    public string NameOf(string path) =>
        Origins.FirstOrDefault(origin => origin.Path == path)?.Name
        ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
}

/// <summary>Where weights on this disk were fetched from.</summary>
/// <param name="Path">Full path of the file, or of the folder that contains it.</param>
/// <param name="Name">Their name there, which always means the same weights, for example
/// <c>hf:OWNER/NAME@COMMIT</c>.</param>
public sealed record WeightsOrigin(string Path, string Name);

/// <summary>Initial weights of a run.</summary>
public enum Initialization
{
    /// <summary>RI: random weights drawn from the run's seed.</summary>
    Random,

    /// <summary>P: the pretrained weights, with a new head drawn from the run's seed.</summary>
    Pretrained,
}

/// <summary>An entry of <c>runs:</c>: one training run per target, learning rate and seed.</summary>
/// <param name="Initialization">Initial weights.</param>
/// <param name="LearningRates">Base learning rates.</param>
/// <param name="Seeds">Seeds of the initial weights or head, batch order and augmentation.</param>
/// <param name="Training">The study's training settings with this run's keys applied.</param>
public sealed record RunSettings(
    Initialization Initialization,
    ImmutableArray<double> LearningRates,
    ImmutableArray<int> Seeds,
    TrainingSettings Training
)
{
    /// <summary>
    /// Seed of the initial weights or head for all <see cref="Seeds"/>, which then differ only in batch order and
    /// augmentation; null when each seed also determines its initial weights.
    /// </summary>
    public int? InitSeed { get; init; }
}
