using System.Collections.Frozen;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>
/// What training code keeps next to an encoder and its head. Such tensors are dropped; all others that a network does
/// not have are refused, because what the network computes may depend on them. The documentation lists these words.
/// </summary>
internal static class Companions
{
    // Words of the first part of a name.
    private static readonly FrozenSet<string> Modules = Words.Set(
        // Projections of self-supervised learning, and what they are compared with.
        "projection",
        "projections",
        "projector",
        "projectors",
        "predictor",
        "predictors",
        "prototype",
        "prototypes",
        "queue",
        "queues",
        "bank",
        "center",
        "temperature",
        "dino_head",
        "ibot_head",
        "decoder",
        "pooler",
        // Losses and counts.
        "criterion",
        "criterions",
        "loss",
        "losses",
        "metric",
        "metrics",
        "acc",
        "accuracy",
        // Heads for training alone.
        "aux",
        "auxiliary",
        // Copies of the network.
        "ema",
        "swa",
        "teacher",
        "student",
        "momentum",
        "target",
        "attacker",
        // The other tower of a model of images and text.
        "text",
        "token_embedding",
        "logit_scale",
        "logit_bias"
    );

    // Parts of a prefix that name the tower of images; what is outside is the tower of text.
    private static readonly FrozenSet<string> ImageTowers = Words.Set("visual", "vision_model", "vision_tower");

    // The last part of a name: counters and buffers that compute nothing, of thop, masked pretraining, PyTorch's
    // averages, transformers and Swin.
    private static readonly FrozenSet<string> Leftovers = Words.Set(
        "total_ops",
        "total_params",
        "mask_token",
        "n_averaged",
        "initted",
        "step",
        "num_updates",
        "decay",
        "position_ids",
        "attn_mask"
    );

    private static readonly FrozenSet<string> Statistics = Words.Set("mean", "std");

    private static readonly FrozenSet<string> Heads = Words.Set(
        "head",
        "heads",
        "fc",
        "classifier",
        "classifiers",
        "linear",
        "logits",
        "cls"
    );

    private static readonly FrozenSet<string> Middles = Words.Set("neck", "bottleneck", "embed", "embedding", "stn");

    /// <summary>Whether a tensor computes nothing, wherever it is.</summary>
    public static bool IsLeftover(string name) => Leftovers.Contains(Words.LastPart(name));

    /// <summary>Whether a tensor is known not to belong to the encoder or its head.</summary>
    /// <param name="name">Its name, after what its module and the encoder's have in common.</param>
    /// <param name="shape">Its shape.</param>
    public static bool Has(string name, long[] shape) =>
        IsLeftover(name)
        || Words.Contains(Words.FirstPart(name), Modules)
        || (Words.Contains(Words.LastPart(name), Statistics) && shape.Aggregate(1L, (a, b) => a * b) is 1 or 3);

    /// <summary>Whether a tensor is of a head, which is next to the encoder where none of the network's is.</summary>
    public static bool IsOfHead(string name) => Words.Contains(Words.FirstPart(name), Heads);

    /// <summary>Whether a linear layer comes before a head, by its name.</summary>
    public static bool IsBeforeHead(string name) => Words.Contains(Words.FirstPart(name), Middles);

    /// <summary>The prefix of the model that contains a tower of images with this prefix; null for none.</summary>
    public static string? AroundTower(string prefix)
    {
        var parts = prefix.Split('.');
        var place = Array.FindLastIndex(parts, ImageTowers.Contains);
        return place < 0 ? null : string.Concat(parts.Take(place).Select(part => $"{part}."));
    }
}
