using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TransferLens.Studies.Settings;

/// <summary>Number format of a network's activations. Weights, losses and statistics are always float32.</summary>
public enum Precision
{
    /// <summary>32-bit IEEE numbers.</summary>
    Float32,

    /// <summary>bfloat16 activations and products.</summary>
    Bfloat16,
}

/// <summary>The loss that training minimizes.</summary>
public enum Loss
{
    /// <summary>Softmax cross-entropy of images with one class each, in nats.</summary>
    CrossEntropy,

    /// <summary>Binary cross-entropy of multi-label images, averaged over classes, in nats.</summary>
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
/// <param name="BatchSize">Images per step; the smaller last batch of an epoch is used too.</param>
/// <param name="Optimizer">The optimizer.</param>
/// <param name="Schedule">How the learning rate changes over epochs.</param>
/// <param name="Augment">Random changes of training images.</param>
/// <param name="Loss">The loss; null for cross-entropy, or binary cross-entropy on multi-label images.</param>
/// <param name="MixupAlpha">Parameter of the Beta distribution of mixup (Zhang et al. 2018); 0 for none.</param>
/// <param name="Precision">Number format of activations.</param>
/// <param name="ParameterGroups">Rules for parameters by name; the first that matches applies.</param>
/// <param name="Keep">Epochs whose weights are kept besides the first (0) and the last.</param>
/// <param name="KeepEvery">Also keep every n-th epoch; 0 for none.</param>
/// <param name="KeepBest">Whether to keep the epoch with the best test metric. It is selected on the test images, which
/// results point out.</param>
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
    /// Modules that keep their initial weights, as names that <see cref="Settings.Freeze"/> defines, sorted; null for
    /// none. They get no gradient, weight decay or optimizer state, and run in evaluation mode, so that the running
    /// statistics of their batch normalization are used and kept. Written only when set, so that the keys of other
    /// training runs do not change.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? Freeze { get; init; }

    /// <summary>
    /// Where the head starts; null for the run's initial weights. Written only when set, as <see cref="Freeze"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HeadStart? Head { get; init; }

    /// <summary>
    /// Which layers of the modules that are not frozen are trained; null for all. The other layers run in evaluation
    /// mode, those trained by their batches' statistics. Written only when set, as <see cref="Freeze"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Adaptation? Adapt { get; init; }

    /// <summary>
    /// Low-rank updates of the linear layers and 1x1 convolutions outside the head, which alone are trained besides
    /// the head; null for none. All layers outside the head run in evaluation mode, as frozen ones do. Excludes
    /// <see cref="Adapt"/>. Written only when set, as <see cref="Freeze"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoraSettings? Lora { get; init; }

    /// <summary>
    /// Factor of the learning rate from each module to the one before, in (0, 1): of M modules, the head last, module i
    /// has the rate times factor^(M - 1 - i), and times the scale of its parameter group. Null for one rate. Written
    /// only when set, as <see cref="Freeze"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LayerDecay { get; init; }

    /// <summary>
    /// Test and validation images are evaluated after every n-th epoch, and always before the first step and after the
    /// last; null for every epoch. Written only when set, as <see cref="Freeze"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? EvaluateEvery { get; init; }

    /// <summary>
    /// Weight of a new batch in the running statistics of batch normalization, in (0, 1], as PyTorch's momentum; null
    /// for the network's own, 0.1 in most. Written only when set, as <see cref="Freeze"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? BatchNormMomentum { get; init; }

    /// <summary>Whether every parameter of the network is trained.</summary>
    [JsonIgnore]
    public bool TrainsAll => Freeze is null or { IsEmpty: true } && Adapt is null && Lora is null;

    /// <summary>
    /// Weights of the classes in the training loss, which must be cross-entropy; null for equal weights. Test losses
    /// are never weighted. Written only when set, so that the keys of other training runs do not change.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>The same settings; a null <see cref="Loss"/> becomes the default for the images.</summary>
    /// <param name="isMultiLabel">Whether the images are multi-label.</param>
    public TrainingSettings WithDefaultLoss(bool isMultiLabel)
    {
        var loss = isMultiLabel ? Settings.Loss.BinaryCrossEntropy : Settings.Loss.CrossEntropy;
        return this with { Loss = Loss ?? loss };
    }

    /// <summary>The defaults.</summary>
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
/// <param name="Name"><c>sgd</c> (Sutskever's momentum as in PyTorch) or <c>adamw</c> (Loshchilov and Hutter
/// 2019).</param>
/// <param name="Momentum">SGD's momentum, in [0, 1).</param>
/// <param name="Nesterov">SGD with Nesterov's look-ahead.</param>
/// <param name="WeightDecay">SGD: added to the gradient times the weight; AdamW: decoupled, times the learning
/// rate.</param>
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

/// <summary>How the learning rate changes over epochs; it is the same for all steps of an epoch.</summary>
/// <param name="Name"><c>constant</c>, <c>multi_step</c> or <c>cosine</c> (to zero after the last epoch).</param>
/// <param name="Milestones">multi_step: epochs, counted from 0, at which the rate is multiplied by
/// <paramref name="Gamma"/>.</param>
/// <param name="Gamma">multi_step: the factor.</param>
/// <param name="WarmupEpochs">Number of epochs of linear warm-up: epoch e has (e + 1) / (WarmupEpochs + 1) of its
/// rate.</param>
public sealed record ScheduleSettings(string Name, ImmutableArray<int> Milestones, double Gamma, int WarmupEpochs)
{
    /// <summary>The same rate in every epoch.</summary>
    public static ScheduleSettings Constant { get; } = new("constant", [], 0.1, 0);
}

/// <summary>Random augmentation of training images, drawn for every image and epoch.</summary>
/// <param name="CropPadding">Random crop to the image's size after padding each side with this many black pixels; 0 for
/// none.</param>
/// <param name="ResizedCrop">Random resized crop: area 8 to 100 %, aspect 3/4 to 4/3 (torchvision's defaults).</param>
/// <param name="HorizontalFlip">Mirrored left to right with probability one half.</param>
public sealed record AugmentSettings(int CropPadding, bool ResizedCrop, bool HorizontalFlip)
{
    /// <summary>
    /// Random rotation, scaling and shift; null for none. Written only when set, so that the keys of other training
    /// runs do not change.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AffineSettings? Affine { get; init; }

    /// <summary>No augmentation.</summary>
    public static AugmentSettings None { get; } = new(0, false, false);
}

/// <summary>
/// Random rotation about the centre, scaling and shift, with nearest-neighbour interpolation (torchvision's
/// <c>RandomAffine</c>).
/// </summary>
/// <param name="Rotation">Largest rotation in degrees, in either direction, in [0, 180].</param>
/// <param name="Shift">Largest shift in each direction, as a fraction of the image's side, in [0, 1].</param>
/// <param name="Scale">The scale factor is between 1 - Scale and 1 + Scale; in [0, 1).</param>
/// <param name="Fill">Value of pixels outside the transformed image, 0 to 255, before normalization.</param>
public sealed record AffineSettings(double Rotation, double Shift, double Scale, int Fill);

/// <summary>A rule for the parameters whose name matches a regular expression.</summary>
/// <param name="Match">.NET regular expression that is searched for in the parameter's full name, for example
/// <c>bias|scale</c>.</param>
/// <param name="LearningRateScale">Factor of the learning rate; 0 freezes the parameters.</param>
/// <param name="WeightDecay">Weight decay; null for the optimizer's.</param>
/// <param name="L2">Factor c of the penalty c |w - w*|^2 in the loss; 0 for none.</param>
/// <param name="L2Toward">w*: <c>zero</c>, or <c>initial</c> for the run's initial weights.</param>
public sealed record ParameterGroupSettings(
    string Match,
    double LearningRateScale,
    double? WeightDecay,
    double L2,
    string L2Toward
);
