using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TransferLens.Studies.Settings;

/// <summary>A study file, read and validated: what is pretrained, what it is transferred to, how, and what is asked.</summary>
/// <param name="Name">The study's name; also the name of its run's folder.</param>
/// <param name="Network">Name of a network, for example <c>cifar_resnet20</c>.</param>
/// <param name="Images">What every image is brought to.</param>
/// <param name="Pretrained">Where P comes from; null when every run starts from random weights.</param>
/// <param name="Targets">The data sets transferred to, by name, in the file's order.</param>
/// <param name="Training">How every run is trained, unless it says otherwise.</param>
/// <param name="Runs">The runs by name (<c>P-T</c>, <c>RI-T</c>), in the file's order.</param>
/// <param name="Analyses">Settings of each analysis asked for, by its name, as the file gives them.</param>
/// <param name="Folder">The folder that relative paths were resolved against.</param>
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
    /// <summary>Key of the metric that judges its training runs; null for accuracy, or mean AUC on multi-label targets.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }

    /// <summary>How its tasks run under Slurm, where the file says so; decides nothing of what they compute.</summary>
    public SlurmSettings? Slurm { get; init; }
}

/// <summary>What every image is brought to before a network sees it.</summary>
/// <param name="Size">Side of the square that is cut from the centre, in pixels.</param>
/// <param name="Resize">Length that the shorter side is resized to first, in pixels; <paramref name="Size"/> unless said otherwise.</param>
/// <param name="Normalize">Mean and standard deviation per channel, applied to pixels in [0, 1].</param>
public sealed record ImageSettings(int Size, int Resize, Normalization Normalize);

/// <summary>A target: the data set that is transferred to.</summary>
/// <param name="Train">The training images.</param>
/// <param name="Test">The test images; their classes are among those of <paramref name="Train"/>.</param>
public sealed record TargetSettings(DataSource Train, DataSource Test);

/// <summary>One split of a data set, as the study file or the command line names it.</summary>
/// <param name="Format"><c>image_folder</c>, <c>cifar_binary</c>, <c>idx</c>, <c>csv</c>, <c>domainnet</c>, <c>imagenet</c>, <c>chexpert</c> or <c>synthetic</c>.</param>
/// <param name="Location">Full path of the folder or file; empty for <c>synthetic</c>.</param>
/// <param name="Options">What else the format asks for, by name, for example <c>style</c>; sorted by name.</param>
/// <param name="Limit">At most so many images, the first of each class in turn; null for all.</param>
public sealed record DataSource(
    string Format,
    string Location,
    ImmutableSortedDictionary<string, string> Options,
    int? Limit = null
);

/// <summary>Where P comes from: a file, or a pretraining that this study runs.</summary>
/// <param name="Weights">Full path of a weights file, or null when P is trained here.</param>
/// <param name="Data">The source data set, when P is trained here.</param>
/// <param name="Training">How P is trained, when it is trained here.</param>
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
    /// <summary>Full paths of P's checkpoints before <see cref="Weights"/>, in the order of their training, when the study lists several files.</summary>
    public ImmutableArray<string> Earlier { get; init; } = [];
}

/// <summary>What a run starts from.</summary>
public enum Initialization
{
    /// <summary>RI: random weights drawn from the run's seed.</summary>
    Random,

    /// <summary>P: the pretrained weights, with a new head drawn from the run's seed.</summary>
    Pretrained,
}

/// <summary>One line of <c>runs:</c>; it stands for one training per learning rate and seed on every target.</summary>
/// <param name="Initialization">What it starts from.</param>
/// <param name="LearningRates">Base learning rates; one training each.</param>
/// <param name="Seeds">Seeds of head or weights, batch order and augmentation; one training each.</param>
/// <param name="Training">How it is trained: the study's <c>training</c> with this run's own keys laid over it.</param>
public sealed record RunSettings(
    Initialization Initialization,
    ImmutableArray<double> LearningRates,
    ImmutableArray<int> Seeds,
    TrainingSettings Training
)
{
    /// <summary>One seed of the initial weights, or of the new head, for all of <see cref="Seeds"/>, which then differ in batch order and augmentation alone; null for each its own.</summary>
    public int? InitSeed { get; init; }
}
