using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads training keys: those of <c>training:</c>, and those that a run lays over them.</summary>
internal static class TrainingReader
{
    /// <summary>The keys.</summary>
    public static ImmutableArray<string> Keys { get; } =
    [
        "epochs",
        "batch_size",
        "optimizer",
        "schedule",
        "augment",
        "loss",
        "class_weights",
        "mixup",
        "precision",
        "parameter_groups",
        "freeze",
        "keep",
        "keep_every",
        "keep_best",
    ];

    /// <summary>The keys of <c>augment:</c>.</summary>
    public static ImmutableArray<string> AugmentKeys { get; } =
    ["crop_padding", "resized_crop", "horizontal_flip", "affine"];

    /// <summary>The keys of <c>affine:</c>.</summary>
    public static ImmutableArray<string> AffineKeys { get; } = ["rotation", "shift", "scale", "fill"];

    /// <summary>Reads the keys that are there; the rest stays as it was. Whoever calls has checked for unknown keys.</summary>
    public static TrainingSettings Read(StudyNode node, TrainingSettings below) =>
        below with
        {
            Epochs = node.Find("epochs")?.Integer(0) ?? below.Epochs,
            BatchSize = node.Find("batch_size")?.Integer(1) ?? below.BatchSize,
            Optimizer = node.Find("optimizer") is { } optimizer
                ? OptimizerReader.Read(optimizer, below.Optimizer)
                : below.Optimizer,
            Schedule = node.Find("schedule") is { } schedule
                ? ScheduleReader.Read(schedule, below.Schedule)
                : below.Schedule,
            Augment = node.Find("augment") is { } augment ? Augment(augment, below.Augment) : below.Augment,
            Loss = node.Find("loss")?.OneOf("cross_entropy", "binary_cross_entropy") switch
            {
                null => below.Loss,
                "cross_entropy" => Loss.CrossEntropy,
                _ => Loss.BinaryCrossEntropy,
            },
            ClassWeights = node.Find("class_weights")?.OneOf("none", "balanced") switch
            {
                null => below.ClassWeights,
                "none" => null,
                _ => ClassWeights.Balanced,
            },
            MixupAlpha = node.Find("mixup")?.NotNegative() ?? below.MixupAlpha,
            Precision = node.Find("precision")?.OneOf("float32", "bfloat16") switch
            {
                null => below.Precision,
                "float32" => Precision.Float32,
                _ => Precision.Bfloat16,
            },
            ParameterGroups = node.Find("parameter_groups") is { } groups
                ? [.. groups.Items().Select(ParameterGroupReader.Read)]
                : below.ParameterGroups,
            Freeze = node.Find("freeze") is { } freeze ? Names(freeze) : below.Freeze,
            Keep = node.Find("keep") is { } keep ? Epochs(keep) : below.Keep,
            KeepEvery = node.Find("keep_every")?.Integer(0) ?? below.KeepEvery,
            KeepBest = node.Find("keep_best")?.Flag() ?? below.KeepBest,
        };

    /// <summary>A list of epochs, sorted, each once. The word <c>last</c> is taken and says nothing: the last epoch is always kept.</summary>
    public static ImmutableArray<int> Epochs(StudyNode node) =>
        [
            .. node.Items()
                .Where(item => !item.IsScalar || item.Text() != "last")
                .Select(item => item.Integer(0))
                .Distinct()
                .Order(),
        ];

    // An empty list takes back what the study's training freezes. What the names mean is the network's business.
    private static ImmutableArray<string>? Names(StudyNode node)
    {
        ImmutableArray<string> names =
        [
            .. (node.IsScalar ? [node] : node.Items())
                .Select(item => item.Text())
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        return names.IsEmpty ? null : names;
    }

    private static AugmentSettings Augment(StudyNode node, AugmentSettings below)
    {
        if (node.IsScalar)
        {
            return node.Text() == "none"
                ? AugmentSettings.None
                : throw node.Wrong(
                    "must be none, or a mapping with crop_padding, resized_crop, horizontal_flip or affine."
                );
        }

        node.Keys(AugmentKeys);
        return new(
            node.Find("crop_padding")?.Integer(0) ?? below.CropPadding,
            node.Find("resized_crop")?.Flag() ?? below.ResizedCrop,
            node.Find("horizontal_flip")?.Flag() ?? below.HorizontalFlip
        )
        {
            Affine = node.Find("affine") is { } affine ? Affine(affine, below.Affine ?? new(0, 0, 0, 0)) : below.Affine,
        };
    }

    private static AffineSettings? Affine(StudyNode node, AffineSettings below)
    {
        node.Keys(AffineKeys);
        var read = new AffineSettings(
            node.Find("rotation")?.Between(0, 180) ?? below.Rotation,
            node.Find("shift")?.Between(0, 1) ?? below.Shift,
            node.Find("scale")?.BelowOne() ?? below.Scale,
            node.Find("fill")?.Integer(0, 255) ?? below.Fill
        );
        return read is { Rotation: 0, Shift: 0, Scale: 0 } ? null : read;
    }
}
