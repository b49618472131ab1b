using System.Collections.Frozen;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>Parts of names and of keys that training code adds, whatever the network.</summary>
internal static class Words
{
    // Modules that wrap another and compute the same: DataParallel and DDP, torch.compile, FSDP, DeepSpeed.
    private static readonly FrozenSet<string> Wrappers = Set(
        "module",
        "_orig_mod",
        "_fsdp_wrapped_module",
        "_forward_module",
        "_checkpoint_wrapped_module"
    );

    // Counters and buffers that compute nothing: of thop, and of masked pretraining.
    private static readonly FrozenSet<string> Leftovers = Set("total_ops", "total_params", "mask_token", "n_averaged");

    // Beside a network's own names these say that it computes something else.
    private static readonly FrozenSet<string> Telling = Set(
        "norm_pre",
        "pre_norm",
        "fc_norm",
        "reg_token",
        "register_tokens",
        "dist_token",
        "head_dist",
        "pre_logits",
        "attnpool",
        "conv_head"
    );

    private static readonly FrozenSet<string> Averages = Set("ema", "swa", "averaged", "average", "teacher");

    private static readonly FrozenSet<string> Followers = Set(
        "student",
        "encoder_k",
        "key_encoder",
        "momentum_encoder",
        "momentum_backbone",
        "target_encoder",
        "target_network",
        "target_net",
        "target_backbone",
        "current_model_state"
    );

    private static readonly FrozenSet<string> Optimizers = Set(
        "optimizer",
        "optimizers",
        "optim",
        "optimizer_states",
        "optimizer_state_dict",
        "opt",
        "scheduler",
        "lr_schedulers",
        "lr_scheduler",
        "scaler",
        "callbacks",
        "loops",
        "rng_state",
        "amp",
        "loss_scaler"
    );

    /// <summary>What goes before the first dot of a name.</summary>
    public static string FirstPart(string name) =>
        name.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? name[..dot] : name;

    /// <summary>A name without the wrappers' parts.</summary>
    public static string Unwrap(string name) =>
        name.Contains("mod", StringComparison.Ordinal) || name.Contains("_wrapped", StringComparison.Ordinal)
            ? string.Join('.', name.Split('.').Where(part => !Wrappers.Contains(part)))
            : name;

    /// <summary>Whether a tensor computes nothing, wherever it is.</summary>
    public static bool IsLeftover(string name) => Leftovers.Contains(name[(name.LastIndexOf('.') + 1)..]);

    /// <summary>Whether a tensor beside a network's own says that the network computes something else.</summary>
    public static bool IsTelling(string name) => Telling.Contains(FirstPart(name));

    /// <summary>Whether a path leads into the state of an optimizer, and not to weights.</summary>
    public static bool IsOfOptimizer(string path) => path.Split('.').Any(Optimizers.Contains);

    /// <summary>
    /// Which of several state dicts is taken: 0 for an average of the weights over training (EMA, SWA, a teacher), 1
    /// for others, 2 for the copy that only follows or is followed (a student beside a teacher, a momentum encoder).
    /// </summary>
    public static int Rank(string path)
    {
        var parts = path.Split('.');
        return parts.Any(Followers.Contains) ? 2
            : parts.Any(part => part.Split('_').Any(Averages.Contains)) ? 0
            : 1;
    }

    private static FrozenSet<string> Set(params string[] words) => words.ToFrozenSet(StringComparer.Ordinal);
}
