using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads the keys of <c>training:</c>, which a run may override.</summary>
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
        "head",
        "adapt",
        "lora",
        "layer_decay",
        "keep",
        "keep_every",
        "keep_best",
        "evaluate_every",
        "batch_norm_momentum",
    ];

    /// <summary>The keys of <c>augment:</c>.</summary>
    public static ImmutableArray<string> AugmentKeys { get; } =
    ["crop_padding", "resized_crop", "horizontal_flip", "affine"];

    /// <summary>The keys of <c>affine:</c>.</summary>
    public static ImmutableArray<string> AffineKeys { get; } = ["rotation", "shift", "scale", "fill"];

    /// <summary>The keys of <c>lora:</c>.</summary>
    public static ImmutableArray<string> LoraKeys { get; } = ["rank", "alpha"];

    /// <summary>Reads the given keys; the others keep their values. The caller checks for unknown keys.</summary>
    public static TrainingSettings Read(StudyNode node, TrainingSettings current)
    {
        var read = ReadAll(node, current);
        return read is { Lora: not null, Adapt: not null }
            ? throw node.Wrong("has both lora and adapt: norm_head; keep one, or write lora: none or adapt: all.")
            : read;
    }

    private static TrainingSettings ReadAll(StudyNode node, TrainingSettings current) =>
        current with
        {
            Epochs = node.Find("epochs")?.Integer(0) ?? current.Epochs,
            BatchSize = node.Find("batch_size")?.Integer(1) ?? current.BatchSize,
            Optimizer = node.Find("optimizer") is { } optimizer
                ? OptimizerReader.Read(optimizer, current.Optimizer)
                : current.Optimizer,
            Schedule = node.Find("schedule") is { } schedule
                ? ScheduleReader.Read(schedule, current.Schedule)
                : current.Schedule,
            Augment = node.Find("augment") is { } augment ? Augment(augment, current.Augment) : current.Augment,
            Loss = node.Find("loss")?.OneOf("cross_entropy", "binary_cross_entropy") switch
            {
                null => current.Loss,
                "cross_entropy" => Loss.CrossEntropy,
                _ => Loss.BinaryCrossEntropy,
            },
            ClassWeights = node.Find("class_weights")?.OneOf("none", "balanced") switch
            {
                null => current.ClassWeights,
                "none" => null,
                _ => ClassWeights.Balanced,
            },
            MixupAlpha = node.Find("mixup")?.NotNegative() ?? current.MixupAlpha,
            Precision = node.Find("precision")?.OneOf("float32", "bfloat16") switch
            {
                null => current.Precision,
                "float32" => Precision.Float32,
                _ => Precision.Bfloat16,
            },
            ParameterGroups = node.Find("parameter_groups") is { } groups
                ? [.. groups.Items().Select(ParameterGroupReader.Read)]
                : current.ParameterGroups,
            Freeze = node.Find("freeze") is { } freeze ? Names(freeze) : current.Freeze,
            Head = node.Find("head")?.OneOf("new", "probe") switch
            {
                null => current.Head,
                "new" => null,
                _ => HeadStart.Probe,
            },
            Adapt = node.Find("adapt")?.OneOf("all", "norm_head") switch
            {
                null => current.Adapt,
                "all" => null,
                _ => Adaptation.NormHead,
            },
            Lora = node.Find("lora") is { } lora ? Lora(lora, current.Lora) : current.Lora,
            LayerDecay = node.Find("layer_decay")?.NumberIn(0, 1, above: true, below: false) switch
            {
                null => current.LayerDecay,
                1 => null,
                var factor => factor,
            },
            Keep = node.Find("keep") is { } keep ? Epochs(keep) : current.Keep,
            KeepEvery = node.Find("keep_every")?.Integer(0) ?? current.KeepEvery,
            KeepBest = node.Find("keep_best")?.Flag() ?? current.KeepBest,
            EvaluateEvery = node.Find("evaluate_every")?.Integer(1) switch
            {
                null => current.EvaluateEvery,
                1 => null,
                var every => every,
            },
            BatchNormMomentum = node.Find("batch_norm_momentum") is { } momentum
                ? Momentum(momentum)
                : current.BatchNormMomentum,
        };

    /// <summary>
    /// A sorted list of distinct epochs. The word <c>last</c> is allowed and has no effect: the last epoch is always
    /// kept.
    /// </summary>
    public static ImmutableArray<int> Epochs(StudyNode node) =>
        [
            .. node.Items()
                .Where(item => !item.IsScalar || item.Text() != "last")
                .Select(item => item.Integer(0))
                .Distinct()
                .Order(),
        ];

    private static double? Momentum(StudyNode node) =>
        node.Text() == "own" ? null : node.NumberIn(0, 1, above: true, below: false);

    // An empty list cancels the study's freeze. The names are checked later, against the network.
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

    private static LoraSettings? Lora(StudyNode node, LoraSettings? current)
    {
        if (node.IsScalar)
        {
            return node.Text() == "none" ? null : throw node.Wrong("must be none, or a mapping with rank or alpha.");
        }

        node.Keys(LoraKeys);
        var before = current ?? LoraSettings.Default;
        return new(node.Find("rank")?.Integer(0) ?? before.Rank, node.Find("alpha")?.Positive() ?? before.Alpha);
    }

    private static AugmentSettings Augment(StudyNode node, AugmentSettings current)
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
        var affine = node.Find("affine");
        return new(
            node.Find("crop_padding")?.Integer(0) ?? current.CropPadding,
            node.Find("resized_crop")?.Flag() ?? current.ResizedCrop,
            node.Find("horizontal_flip")?.Flag() ?? current.HorizontalFlip
        )
        {
            Affine = affine is null ? current.Affine : Affine(affine, current.Affine ?? new(0, 0, 0, 0)),
        };
    }

    private static AffineSettings? Affine(StudyNode node, AffineSettings current)
    {
        node.Keys(AffineKeys);
        var read = new AffineSettings(
            node.Find("rotation")?.Between(0, 180) ?? current.Rotation,
            node.Find("shift")?.Between(0, 1) ?? current.Shift,
            node.Find("scale")?.BelowOne() ?? current.Scale,
            node.Find("fill")?.Integer(0, 255) ?? current.Fill
        );
        return read is { Rotation: 0, Shift: 0, Scale: 0 } ? null : read;
    }
}
