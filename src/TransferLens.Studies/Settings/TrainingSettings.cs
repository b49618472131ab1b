using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TransferLens.Studies.Settings;

/// <summary>Number format that a network computes in. Weights, losses and statistics stay in float32 in either.</summary>
public enum Precision
{
    /// <summary>32-bit IEEE numbers.</summary>
    Float32,

    /// <summary>bfloat16 activations and products.</summary>
    Bfloat16,
}

/// <summary>What is minimized.</summary>
public enum Loss
{
    /// <summary>Softmax cross-entropy, one class an image, in nats.</summary>
    CrossEntropy,

    /// <summary>Mean over classes of the binary cross-entropy of yes or no, in nats.</summary>
    BinaryCrossEntropy,
}

/// <summary>How classes are weighted in the training loss.</summary>
public enum ClassWeights
{
    /// <summary>Images / (classes x images of the class), so that all classes contribute equally.</summary>
    Balanced,
}

/// <summary>How a network is trained.</summary>
/// <param name="Epochs">Passes over the training images; 0 keeps the initial weights.</param>
/// <param name="BatchSize">Images a step; the last, smaller batch of an epoch is used too.</param>
/// <param name="Optimizer">The optimizer.</param>
/// <param name="Schedule">How the learning rate changes over epochs.</param>
/// <param name="Augment">Random changes of training images.</param>
/// <param name="Loss">What is minimized; null for what the images ask for: cross-entropy where each has one class, binary
/// cross-entropy where it may have several.</param>
/// <param name="MixupAlpha">Parameter of the Beta distribution of mixup (Zhang et al. 2018); 0 for none.</param>
/// <param name="Precision">What the network computes in.</param>
/// <param name="ParameterGroups">Rules for parameters by name; the first whose pattern is found in the name holds.</param>
/// <param name="Keep">Epochs whose weights are kept beside the first (0) and the last.</param>
/// <param name="KeepEvery">Keep every so many epochs too; 0 for none.</param>
/// <param name="KeepBest">Whether the epoch with the best test metric is kept too. It is chosen on the test set, and results say so.</param>
public sealed record TrainingSettings(
    int Epochs,
    int BatchSize,
    OptimizerSettings Optimizer,
    ScheduleSettings Schedule,
    AugmentSettings Augment,
    Loss? Loss,
    double MixupAlpha,
    Precision Precision,
    ImmutableArray<ParameterGroupSettings> ParameterGroups,
    ImmutableArray<int> Keep,
    int KeepEvery,
    bool KeepBest
)
{
    /// <summary>
    /// Modules that keep the weights they start from, by <see cref="Settings.Freeze"/>'s names, sorted; null for none. They get no gradient, no
    /// weight decay and no optimizer state, and compute as in evaluation, so that the running statistics of their batch normalization
    /// are used and kept. Written only where there are any, so that the keys of other trainings are those that they had before it was known.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? Freeze { get; init; }

    /// <summary>
    /// Weights of the classes in the cross-entropy that is minimized; null for equal weights. Losses of test images are never
    /// weighted. Written only when set, so that the keys of other training runs do not change.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>These with the loss that images ask for where none is said.</summary>
    /// <param name="many">Whether an image may show several classes, or none.</param>
    public TrainingSettings For(bool many) =>
        Loss is null ? this with { Loss = many ? Settings.Loss.BinaryCrossEntropy : Settings.Loss.CrossEntropy } : this;

    /// <summary>What holds where a study file says nothing.</summary>
    public static TrainingSettings Default { get; } =
        new(
            Epochs: 10,
            BatchSize: 64,
            OptimizerSettings.Default,
            ScheduleSettings.Constant,
            AugmentSettings.None,
            Loss: null,
            MixupAlpha: 0,
            Precision.Float32,
            ParameterGroups: [],
            Keep: [],
            KeepEvery: 0,
            KeepBest: false
        );
}

/// <summary>The optimizer.</summary>
/// <param name="Name"><c>sgd</c> (Sutskever's momentum as in PyTorch) or <c>adamw</c> (Loshchilov and Hutter 2019).</param>
/// <param name="Momentum">SGD's momentum, in [0, 1).</param>
/// <param name="Nesterov">SGD with Nesterov's look-ahead.</param>
/// <param name="WeightDecay">SGD: added to the gradient times the weight; AdamW: decoupled, times the learning rate.</param>
/// <param name="Beta1">AdamW's decay of the first moment.</param>
/// <param name="Beta2">AdamW's decay of the second moment.</param>
/// <param name="Epsilon">AdamW's epsilon.</param>
public sealed record OptimizerSettings(
    string Name,
    double Momentum,
    bool Nesterov,
    double WeightDecay,
    double Beta1,
    double Beta2,
    double Epsilon
)
{
    /// <summary>SGD with momentum 0.9 and no weight decay.</summary>
    public static OptimizerSettings Default { get; } = new("sgd", 0.9, false, 0, 0.9, 0.999, 1e-8);
}

/// <summary>How the learning rate changes over epochs. The rate of an epoch holds for all its steps.</summary>
/// <param name="Name"><c>constant</c>, <c>multi_step</c> or <c>cosine</c> (to zero after the last epoch).</param>
/// <param name="Milestones">multi_step: epochs, counted from 0, from which on the rate is multiplied by <paramref name="Gamma"/> once more.</param>
/// <param name="Gamma">multi_step: the factor.</param>
/// <param name="WarmupEpochs">The first so many epochs rise linearly: epoch e has (e + 1) / (WarmupEpochs + 1) of its rate.</param>
public sealed record ScheduleSettings(string Name, ImmutableArray<int> Milestones, double Gamma, int WarmupEpochs)
{
    /// <summary>The same rate in every epoch.</summary>
    public static ScheduleSettings Constant { get; } = new("constant", [], 0.1, 0);
}

/// <summary>Random changes of training images; each is drawn anew for every image and epoch.</summary>
/// <param name="CropPadding">Random crop of the image's own size after padding so many black pixels on every side; 0 for none.</param>
/// <param name="ResizedCrop">Random resized crop: area 8 to 100 %, aspect 3/4 to 4/3 (torchvision's defaults).</param>
/// <param name="HorizontalFlip">Mirrored left to right with probability one half.</param>
public sealed record AugmentSettings(int CropPadding, bool ResizedCrop, bool HorizontalFlip)
{
    /// <summary>Rotation, change of size and shift; null for none. Written only where there is one, so that the keys of other trainings are those that they had before it was known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AffineSettings? Affine { get; init; }

    /// <summary>Images stay as they are.</summary>
    public static AugmentSettings None { get; } = new(0, false, false);
}

/// <summary>A random rotation about the centre, change of size and shift, by the nearest pixel (torchvision's <c>RandomAffine</c>).</summary>
/// <param name="Rotation">Degrees at most, to either side, from 0 to 180.</param>
/// <param name="Shift">Pixels at most, to each of the four sides, as a share of the image's side, from 0 to 1.</param>
/// <param name="Scale">The size changes by a factor between 1 - Scale and 1 + Scale, in [0, 1).</param>
/// <param name="Fill">What is put where no pixel of the image comes to lie, 0 to 255, before normalization.</param>
public sealed record AffineSettings(double Rotation, double Shift, double Scale, int Fill);

/// <summary>A rule for the parameters whose name a regular expression finds.</summary>
/// <param name="Match">.NET regular expression, searched for in the parameter's full name, for example <c>bias|scale</c>.</param>
/// <param name="LearningRateScale">Their learning rate is the base rate times this; 0 freezes them.</param>
/// <param name="WeightDecay">Their weight decay instead of the optimizer's; null for the optimizer's.</param>
/// <param name="L2">c of a penalty c |w - w*|^2 that is added to the loss; 0 for none.</param>
/// <param name="L2Toward">w*: <c>zero</c> or <c>initial</c>, the weights that the run starts from.</param>
public sealed record ParameterGroupSettings(
    string Match,
    double LearningRateScale,
    double? WeightDecay,
    double L2,
    string L2Toward
);
