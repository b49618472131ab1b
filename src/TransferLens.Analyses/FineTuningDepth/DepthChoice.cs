using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>
/// How to fine-tune a network. A ladder of rungs, from the head alone on P's frozen features to the whole network, and
/// from scratch: final test score in [0, 1] against the cost of training in multiply-accumulates
/// (<see cref="TrainingCost"/>). The answer is the cheapest rung that is shown to be no worse than any other by more
/// than a margin (<see cref="NonInferiority"/>). Sources: linear probes and partial fine-tuning as in Yosinski et al.
/// 2014 and Kornblith, Shlens, Le 2019; a probe before fine-tuning, Kumar et al. 2022; rates that fall with depth,
/// Howard and Ruder 2018; normalization layers, Frankle, Schwab, Morcos 2021; low-rank updates, Hu et al. 2021.
/// </summary>
/// <remarks>
/// A rung is an ordinary training run: <see cref="Trainer.Train"/> with the settings of <see cref="Training"/> trains
/// one without a study.
/// </remarks>
public static class DepthChoice
{
    /// <summary>Train only the head: a linear probe.</summary>
    public const string Head = "head";

    /// <summary>Train the last stage and the head.</summary>
    public const string LastStage = "last_stage";

    /// <summary>Train the whole network from P.</summary>
    public const string Whole = "whole";

    /// <summary>Train the whole network from random weights.</summary>
    public const string Scratch = "scratch";

    /// <summary>Fit the head by logistic regression, then train the whole network from there.</summary>
    public const string ProbeFirst = "lp_ft";

    /// <summary>Train the whole network with learning rates that fall with depth.</summary>
    public const string Decay = "decay";

    /// <summary>Train normalization layers and the head.</summary>
    public const string NormHead = "norm_head";

    /// <summary>Train low-rank updates and the head.</summary>
    public const string Lora = "lora";

    /// <summary>Factor of the learning rate from each module to the one before, for <see cref="Decay"/>.</summary>
    public const double DefaultLayerDecay = 0.75;

    private static readonly ImmutableArray<string> Words =
    [
        Head,
        NormHead,
        LastStage,
        Lora,
        Decay,
        ProbeFirst,
        Whole,
        Scratch,
    ];

    /// <summary>The training settings of a rung.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rung">One of the words above, or a module or stage.</param>
    /// <param name="training">The settings of the whole network's runs.</param>
    /// <param name="layerDecay">Factor of the learning rates of <see cref="Decay"/>, in (0, 1).</param>
    /// <param name="lora">Rank and alpha of <see cref="Lora"/>; null for rank 8 and alpha 16.</param>
    /// <exception cref="InputException">The rung is unknown.</exception>
    public static TrainingSettings Training(
        NetworkDeclaration network,
        string rung,
        TrainingSettings training,
        double layerDecay = DefaultLayerDecay,
        LoraSettings? lora = null
    )
    {
        ArgumentNullException.ThrowIfNull(training);
        var frozen = Frozen(network, rung);
        return rung switch
        {
            ProbeFirst => training with { Head = HeadStart.Probe },
            Decay => training with { LayerDecay = layerDecay },
            NormHead => training with { Adapt = Adaptation.NormHead },
            Lora => training with { Lora = lora ?? LoraSettings.Default },
            _ when frozen.IsEmpty => training,
            _ => training with { Freeze = [.. frozen.Order(StringComparer.Ordinal)] },
        };
    }

    /// <summary>
    /// The modules that a rung freezes. A stage is the modules whose names agree up to their last dot (<c>layer3.0</c>,
    /// <c>layer3.1</c>, ...); the last stage ends right before the head.
    /// </summary>
    /// <param name="modules">The network's modules in the order of computation, the head last.</param>
    /// <param name="rung">
    /// One of the words above, or a module or stage, which is trained with everything after it.
    /// </param>
    /// <exception cref="InputException">The rung is unknown.</exception>
    public static ImmutableArray<string> Frozen(IReadOnlyList<string> modules, string rung)
    {
        ArgumentNullException.ThrowIfNull(modules);
        var first = rung switch
        {
            Whole or Scratch or ProbeFirst or Decay or NormHead or Lora => 0,
            Head => modules.Count - 1,
            LastStage => modules.Count < 2 ? 0 : First(Freeze.Stage(modules[^2])),
            _ => First(rung),
        };
        return first >= 0
            ? [.. modules.Take(first)]
            : throw new InputException(
                $"'{rung}' is an unknown rung; write {string.Join(", ", Words)}, or the first module or "
                    + $"stage to train ({string.Join(", ", modules.Select(Freeze.Stage).Distinct())})."
            );

        int First(string name) =>
            modules
                .ToList()
                .FindIndex(module => module == name || module.StartsWith(name + ".", StringComparison.Ordinal));
    }

    /// <summary>
    /// The modules that a rung freezes in a network; its last stage is
    /// <see cref="NetworkDeclaration.LastStage"/>.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="rung">One of the words above, or a module or stage.</param>
    /// <exception cref="InputException">The rung is unknown.</exception>
    public static ImmutableArray<string> Frozen(NetworkDeclaration network, string rung) =>
        Frozen(network.Modules, rung == LastStage ? network.LastStage : rung);

    /// <summary>
    /// Walks from the whole network to cheaper rungs, in order of cost, to the first that is not shown to be no worse
    /// than every other rung that has a sound run. The rungs that freeze the first modules are one such sequence. Each
    /// other cheaper rung is a sequence of its own, since training it is no step between the others; the sequences
    /// share the error rate of 5 % equally. The answer is the cheapest rung that passes in any. Rungs that cost as much
    /// as the whole network or more, as from scratch, are compared with, and are no steps.
    /// </summary>
    /// <param name="rungs">The rungs, one of them <see cref="Whole"/>, all on the same test images.</param>
    /// <param name="margin">The margin, in the unit of the score, above 0.</param>
    /// <param name="validation">
    /// The same rungs with their scores on validation images, which then make the choice: the walk is on these, and the
    /// chosen rung is compared on the test images. Null for none.
    /// </param>
    /// <returns>The answer; null when no run of the whole network is sound.</returns>
    /// <exception cref="InputException">The numbers of test images differ.</exception>
    public static DepthAnswer? Choose(
        IReadOnlyList<RungScores> rungs,
        double margin,
        IReadOnlyList<RungScores>? validation = null
    )
    {
        ArgumentNullException.ThrowIfNull(rungs);
        if (validation is not null)
        {
            return Walk(validation, margin) is { } chosen ? Confirm(rungs, chosen) : null;
        }

        return Walk(rungs, margin);
    }

    private static DepthAnswer Confirm(IReadOnlyList<RungScores> rungs, DepthAnswer chosen)
    {
        var whole = rungs.ToList().FindIndex(rung => rung.Name == Whole);
        return chosen with
        {
            AgainstWhole = [.. rungs.Select(rung => rung.Runs.IsEmpty ? null : rung.Minus(rungs[whole]))],
            Tested = chosen.Order.IsEmpty
                ? []
                : [AgainstOthers(rungs, chosen.IsCheaper ? chosen.Cheapest : chosen.Order[0])],
            Sequences = 1,
            Validation = chosen,
        };
    }

    private static DepthAnswer? Walk(IReadOnlyList<RungScores> rungs, double margin)
    {
        var whole = rungs.ToList().FindIndex(rung => rung.Name == Whole);
        if (whole < 0 || rungs[whole].Runs.IsEmpty)
        {
            return null;
        }

        var sequences = Sequences(rungs, whole);
        var passed = sequences
            .Select(sequence => Passed(rungs, sequence, margin, Effect.Alpha / sequences.Length))
            .Where(steps => !steps.IsEmpty)
            .OrderBy(steps => rungs[steps[^1]].Cost)
            .FirstOrDefault();
        ImmutableArray<int> order = [.. sequences.SelectMany(sequence => sequence)];
        return new(
            passed.IsDefault ? whole : passed[^1],
            [.. rungs.Select(rung => rung.Runs.IsEmpty ? null : rung.Minus(rungs[whole]))],
            [.. (passed.IsDefault ? order.Take(1) : passed).Select(i => AgainstOthers(rungs, i))],
            order,
            margin
        )
        {
            Sequences = Math.Max(1, sequences.Length),
            Others =
            [
                .. Enumerable
                    .Range(0, rungs.Count)
                    .Where(i => rungs[i].Name is not (Whole or Scratch) && !order.Contains(i)),
            ],
        };
    }

    // Those that freeze the first modules, the most costly first, and each other cheaper rung.
    private static ImmutableArray<ImmutableArray<int>> Sequences(IReadOnlyList<RungScores> rungs, int whole)
    {
        var cheaper = Enumerable
            .Range(0, rungs.Count)
            .Where(i => rungs[i].Name is not (Whole or Scratch) && rungs[i].Cost < rungs[whole].Cost)
            .OrderByDescending(i => rungs[i].Cost)
            .ToList();
        ImmutableArray<int> chain = [.. cheaper.Where(i => !IsApart(i))];
        var apart = cheaper.Where(IsApart).Select(i => ImmutableArray.Create(i));
        return chain.IsEmpty ? [.. apart] : [chain, .. apart];

        bool IsApart(int i) => rungs[i].Name is NormHead or Lora;
    }

    private static ImmutableArray<int> Passed(
        IReadOnlyList<RungScores> rungs,
        ImmutableArray<int> sequence,
        double margin,
        double alpha
    )
    {
        var options = sequence.Select(i => AgainstOthers(rungs, i)).ToList();
        return sequence[..NonInferiority.Walk(options, margin, alpha).Passed];
    }

    private static ImmutableArray<Effect> AgainstOthers(IReadOnlyList<RungScores> rungs, int i) =>
        rungs[i].Runs.IsEmpty
            ? []
            : [.. rungs.Where((other, k) => k != i && !other.Runs.IsEmpty).Select(other => rungs[i].Minus(other))];
}

/// <summary>The scores of one rung.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Cost">Its cost, in any unit.</param>
/// <param name="Runs">
/// The seeds of its sound runs and their scores. Runs from P with the same seed start with the same head and see the
/// images in the same order; those from scratch have no counterpart.
/// </param>
public sealed record RungScores(string Name, double Cost, ImmutableArray<(int Seed, ScoreSample Score)> Runs)
{
    /// <summary>Its score minus that of another rung, paired by seed where the runs correspond.</summary>
    /// <param name="other">The other rung, which has a run.</param>
    public Effect Minus(RungScores other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (first, second) = (Runs.OrderBy(run => run.Seed).ToList(), other.Runs.OrderBy(run => run.Seed).ToList());
        var paired =
            (Name == DepthChoice.Scratch) == (other.Name == DepthChoice.Scratch)
            && first.Select(run => run.Seed).SequenceEqual(second.Select(run => run.Seed));
        return paired
            ? ScoreContrast.PairedDifference(first.Select(run => run.Score), second.Select(run => run.Score))
            : ScoreContrast.Difference(first.Select(run => run.Score), second.Select(run => run.Score));
    }
}

/// <summary>How much to train.</summary>
/// <param name="Cheapest">
/// Index of the cheapest rung that is shown to be no worse; that of the whole network when none is.
/// </param>
/// <param name="AgainstWhole">
/// For each rung, its score minus that of the whole network; null without a sound run.
/// </param>
/// <param name="Tested">
/// The differences, to every other rung, of the rungs that passed in the answer's sequence, or of the one that
/// validation images chose; of the first of the walk when none did; empty without a cheaper rung.
/// </param>
/// <param name="Order">The cheaper rungs in the order of the walk.</param>
/// <param name="Margin">The margin, in the unit of the score.</param>
public sealed record DepthAnswer(
    int Cheapest,
    ImmutableArray<Effect?> AgainstWhole,
    ImmutableArray<ImmutableArray<Effect>> Tested,
    ImmutableArray<int> Order,
    double Margin
)
{
    /// <summary>
    /// The answer on validation images, from which <see cref="Cheapest"/> comes; null where it was chosen on the test
    /// images.
    /// </summary>
    public DepthAnswer? Validation { get; init; }

    /// <summary>Number of sequences that share the error rate.</summary>
    public int Sequences { get; init; } = 1;

    /// <summary>
    /// Rungs from P that cost as much as the whole network or more: they are no steps of the walk, and may be better.
    /// </summary>
    public ImmutableArray<int> Others { get; init; } = [];

    /// <summary>The error rate of each one-sided test.</summary>
    public double Alpha => Effect.Alpha / Sequences;

    /// <summary>Whether a rung that is cheaper than the whole network was chosen.</summary>
    public bool IsCheaper => Order.Contains(Cheapest);

    /// <summary>Whether the test images show the chosen rung to be no worse, whatever images chose it.</summary>
    public bool IsConfirmed => IsCheaper && NonInferiority.IsNoWorse(Tested[^1], Margin, Alpha);

    /// <summary>
    /// The smallest margin at which the answer, or the first rung of the walk when none passed, is no worse than every
    /// other; null when nothing tells.
    /// </summary>
    public double? SmallestMargin => Tested.IsEmpty ? null : NonInferiority.SmallestMargin(Tested[^1], Alpha);

    /// <summary>
    /// The other rungs from P that are better than the whole network beyond their uncertainty, adjusted by
    /// <see cref="Holm"/> for their number, the best first. Where validation images choose, only the best there.
    /// </summary>
    public ImmutableArray<int> Better =>
        [
            .. Candidates
                .Where(i => AdjustedP(i) < Effect.Alpha && AgainstWhole[i]!.IsPositive)
                .OrderByDescending(i => AgainstWhole[i]!.Value),
        ];

    /// <summary>
    /// Whether every cheaper rung that has a sound run is shown to be worse than the whole network by more than the
    /// margin: the upper end of the 95 % interval is below -margin.
    /// </summary>
    public bool IsWholeNeeded => Cheaper.Any() && BeyondMargin.All(effect => effect.IsNegative);

    /// <summary>
    /// p of the difference of another rung from the whole network, adjusted for the number of such rungs.
    /// </summary>
    internal double AdjustedP(int rung) =>
        Holm.Adjust([.. Candidates.Select(i => AgainstWhole[i]?.P ?? 1)])[Candidates.IndexOf(rung)];

    // The rungs that may be better: all that were tried, or the one that validation images chose.
    private ImmutableArray<int> Candidates =>
        Validation is null ? [.. Order, .. Others] : [.. Validation.Better.Take(1)];

    /// <summary>The cheaper rungs' scores minus that of the whole network, plus the margin.</summary>
    internal IEnumerable<Effect> BeyondMargin =>
        Cheaper.Select(effect => effect with { Value = effect.Value + Margin });

    /// <summary>The cheaper rungs' scores minus that of the whole network.</summary>
    internal IEnumerable<Effect> Cheaper => Order.Select(i => AgainstWhole[i]).OfType<Effect>();
}
