using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>Parts of names and of keys that training code adds, whatever the network.</summary>
internal static partial class Words
{
    // Modules that wrap another and compute the same: DataParallel and DDP, torch.compile, FSDP, DeepSpeed.
    private static readonly FrozenSet<string> Wrappers = Set(
        "module",
        "_orig_mod",
        "_fsdp_wrapped_module",
        "_forward_module",
        "_checkpoint_wrapped_module"
    );

    // Next to a network's own names these say that it computes something else.
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
        "attn_pool",
        "conv_head"
    );

    private static readonly FrozenSet<string> Averages = Set(
        "ema",
        "swa",
        "averaged",
        "average",
        "avg",
        "polyak",
        "teacher"
    );

    // A copy that only follows or is followed.
    private static readonly FrozenSet<string> Followers = Set(
        "student",
        "momentum",
        "target",
        "attacker",
        "encoder_k",
        "key_encoder",
        "current_model_state"
    );

    // What is trained itself, next to an average or a follower: ema_pytorch has it in the same module.
    private static readonly FrozenSet<string> Trained = Set("online");

    // The weights of an earlier time, whichever they are.
    private static readonly FrozenSet<string> Earlier = Set(
        "init",
        "initial",
        "old",
        "prev",
        "previous",
        "history"
    );

    // What an optimizer keeps for each parameter, under the parameters' own names.
    private static readonly FrozenSet<string> Gradients = Set(
        "optimizer",
        "optimizers",
        "optim",
        "scheduler",
        "schedulers",
        "exp_avg",
        "momentum_buffer",
        "grad",
        "grads",
        "gradient",
        "gradients"
    );

    private static readonly FrozenSet<string> TrainingState = Set(
        "opt",
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

    /// <summary>What goes after the last dot of a name.</summary>
    public static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    /// <summary>A name without the wrappers' parts.</summary>
    public static string Unwrap(string name) =>
        name.Contains("mod", StringComparison.Ordinal) || name.Contains("_wrapped", StringComparison.Ordinal)
            ? string.Join('.', name.Split('.').Where(part => !Wrappers.Contains(part)))
            : name;

    /// <summary>Whether a tensor next to a network's own says that the network computes something else.</summary>
    public static bool IsTelling(string name) => Telling.Contains(FirstPart(name));

    /// <summary>Whether a path leads into the state of training, such as an optimizer's, and not to weights.</summary>
    public static bool IsOfOptimizer(string path) =>
        path.Split('.').Any(part => TrainingState.Contains(part) || Contains(part, Gradients));

    /// <summary>Whether a key or a part of a path names an average of the weights over training.</summary>
    public static bool IsAverage(string part) => Contains(part, Averages) && !Contains(part, Gradients);

    /// <summary>
    /// Which of several state dicts is taken, as a number that is lower for what comes before: an average of the
    /// weights over training (EMA, SWA, a teacher); the best; others; a copy that only follows or is followed (a
    /// student next to a teacher, a momentum encoder) and earlier weights; the state of an optimizer. Of an average, a
    /// copy and what is trained (<c>online</c>), the innermost word decides.
    /// </summary>
    public static int Rank(string path)
    {
        var parts = path.Split('.');
        return parts.Any(part => Contains(part, Gradients)) ? 4
            : parts.Any(part => Contains(part, Earlier)) ? 3
            : parts.Reverse().Select(Copied).FirstOrDefault(rank => rank is not null) is { } rank and not 2 ? rank
            : parts.Any(part => Contains(part, Best) && !Contains(part, AlmostBest)) ? 1
            : 2;
    }

    // What a part says of whether it is a copy; null if nothing.
    private static int? Copied(string part) =>
        Contains(part, Followers) ? 3
        : IsAverage(part) ? 0
        : Contains(part, Trained) ? 2
        : null;

    /// <summary>
    /// Whether a part of a name contains one of some words or of several words joined by <c>_</c>, whatever their case:
    /// <c>model_ema</c>, <c>MODEL_EMA</c> and <c>modelEma</c> contain <c>ema</c>, and <c>schema</c> does not.
    /// </summary>
    public static bool Contains(string part, FrozenSet<string> words)
    {
        var split = Split().Matches(part).Select(word => word.Value.ToLowerInvariant()).ToList();
        // The longest of the sets' entries has three words.
        return Enumerable
            .Range(0, split.Count)
            .Any(from =>
                Enumerable
                    .Range(1, Math.Min(3, split.Count - from))
                    .Any(count => words.Contains(string.Join('_', split.GetRange(from, count))))
            );
    }

    /// <summary>A set of words for <see cref="Contains"/>.</summary>
    public static FrozenSet<string> Set(params string[] words) => words.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Best = Set("best");

    // last-but-best, second best
    private static readonly FrozenSet<string> AlmostBest = Set("but", "second", "next");

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Split();
}
