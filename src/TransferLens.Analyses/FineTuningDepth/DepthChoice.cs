using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>
/// How much of a network to fine-tune. A ladder of rungs, from the head alone on P's frozen features to the whole
/// network, and from scratch: final test score in [0, 1] against the cost of training in multiply-accumulates
/// (<see cref="TrainingCost"/>). The answer is the cheapest rung that is no worse than the best. Source: linear probes
/// and partial fine-tuning as in Yosinski et al. 2014 and Kornblith, Shlens, Le 2019.
/// </summary>
/// <remarks>
/// A rung is an ordinary training run with the earlier modules frozen: <see cref="Trainer.Train"/> with
/// <see cref="TrainingSettings.Freeze"/> trains one without a study.
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
            Whole or Scratch => 0,
            Head => modules.Count - 1,
            LastStage => modules.Count < 2 ? 0 : First(Freeze.Stage(modules[^2])),
            _ => First(rung),
        };
        return first >= 0
            ? [.. modules.Take(first)]
            : throw new InputException(
                $"'{rung}' is an unknown rung; write {Head}, {LastStage}, {Whole}, {Scratch}, or the first module or "
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

    /// <summary>The cheapest rung that is no worse than the best.</summary>
    /// <param name="rungs">
    /// Cost of each rung, and its score minus that of the best; null when all its runs diverged.
    /// </param>
    /// <returns>Its index, the first of equally cheap ones; null when there is none.</returns>
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
