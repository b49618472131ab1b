using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>
/// How much of a network should be fine-tuned: the ladder from training nothing but the head on P's frozen features to the
/// whole network, and from scratch, as final test score, accuracy or mean AUC, in [0, 1], against the cost of the training in
/// multiply-accumulates (<see cref="TrainingCost"/>). The answer is the cheapest rung that is no worse than the best.
/// Source: the linear probe and fine-tuning of parts are those of Yosinski et al. 2014 and Kornblith, Shlens, Le 2019.
/// </summary>
/// <remarks>
/// A rung is an ordinary training with the modules before it frozen: <see cref="Trainer.Train"/> with
/// <see cref="TrainingSettings.Freeze"/> does one without a study.
/// </remarks>
public static class DepthChoice
{
    /// <summary>Only the head is trained: a linear probe.</summary>
    public const string Head = "head";

    /// <summary>The last stage and the head are trained.</summary>
    public const string LastStage = "last_stage";

    /// <summary>All of the network is trained, from P.</summary>
    public const string Whole = "whole";

    /// <summary>All of the network is trained, from random weights.</summary>
    public const string Scratch = "scratch";

    /// <summary>
    /// The modules that a rung keeps frozen. A stage is the modules whose names agree up to their last dot (<c>layer3.0</c>,
    /// <c>layer3.1</c>, ...); the last one ends right before the head.
    /// </summary>
    /// <param name="modules">The network's modules in the order of computation, the head last.</param>
    /// <param name="rung">One of the words above, or a module or stage: it and all after it are trained.</param>
    /// <exception cref="InputException">The rung is none of these.</exception>
    public static ImmutableArray<string> Frozen(IReadOnlyList<string> modules, string rung)
    {
        ArgumentNullException.ThrowIfNull(modules);
        var first = rung switch
        {
            Whole or Scratch => 0,
            Head => modules.Count - 1,
            LastStage => modules.Count < 2 ? 0 : First(Freeze.Stage(modules[^2])),
            _ => First(rung),
        };
        return first >= 0
            ? [.. modules.Take(first)]
            : throw new InputException(
                $"'{rung}' is no rung: write {Head}, {LastStage}, {Whole}, {Scratch}, or a module or stage from which on the network is trained ({string.Join(", ", modules.Select(Freeze.Stage).Distinct())})."
            );

        int First(string name) =>
            modules
                .ToList()
                .FindIndex(module => module == name || module.StartsWith(name + ".", StringComparison.Ordinal));
    }

    /// <summary>The same for a network known by name, whose last stage is what <see cref="NetworkDeclaration.LastStage"/> says.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rung">As above.</param>
    /// <exception cref="InputException">The network is not known, or the rung is no such word.</exception>
    public static ImmutableArray<string> Frozen(string network, string rung)
    {
        var declaration = Networks.Find(network);
        return Frozen(declaration.Modules, rung == LastStage ? declaration.LastStage : rung);
    }

    /// <summary>The cheapest of some trainings that is no worse than the best.</summary>
    /// <param name="rungs">Cost of each, and how far it ends above the best; null where every training diverged.</param>
    /// <returns>Its index, of equally cheap ones the first; null when there is none.</returns>
    public static int? CheapestNoWorse(IReadOnlyList<(double Cost, Estimate? AboveBest)> rungs)
    {
        ArgumentNullException.ThrowIfNull(rungs);
        return Enumerable
            .Range(0, rungs.Count)
            .Where(i => rungs[i].AboveBest is { IsNegative: false })
            .OrderBy(i => rungs[i].Cost)
            .Select(i => (int?)i)
            .FirstOrDefault();
    }
}
