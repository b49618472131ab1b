using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The sentences of findings, method, figures and tables about module criticality.</summary>
internal static class CriticalityWords
{
    // More names than this do not fit a headline.
    private const int MostNamed = 3;

    private const string FreezingCaveat =
        "Frozen runs use the learning rate, schedule and epochs of the others. The modules were chosen on the same "
        + "test images on which the frozen runs are compared, so confidence in that comparison is low.";

    private const string RecalibratedDefinition =
        "Recalibrated: the same after all running statistics of batch normalization were recomputed on training "
        + "images, for the trained network too; modules are judged by it, because most of the loss without it can be "
        + "due to stale statistics.";

    private const string DecisionDefinition =
        "Losses are means over seeds, paired over test images, with 95 % t intervals over seeds and test images; the "
        + "intervals of all modules hold together (a simultaneous band). Most critical: the largest loss, and every "
        + "one not shown to be below it.";

    /// <summary>Source for the report.</summary>
    public const string Source =
        "Zhang, Bengio, Singer 2019; Chatterji, Neyshabur, Sedghi 2020; "
        + "Neyshabur, Sedghi, Zhang 2020, section 3.5, Figures 5 and 6";

    /// <summary>Why mu is undefined, as results.json states it.</summary>
    public const string NoSigma = "no sigma on the grid keeps the error at or below eps";

    /// <summary>Remark on mu in the table.</summary>
    public const string AtLargestSigma = "at the largest sigma of the grid; a larger one might give a smaller mu";

    /// <summary>Title of the table of mu.</summary>
    public const string ScoresTitle =
        "Criticality mu of each module; low and high: mu recomputed with every training error lowered or raised by "
        + "its standard error over noise draws";

    /// <summary>No value is undefined.</summary>
    public const string None = "none";

    /// <summary>Definition for the report.</summary>
    /// <param name="metrics">Names of the metrics.</param>
    /// <param name="isMultiLabel">Whether some images are multi-label.</param>
    /// <param name="margin">What freezing may cost, if it was checked by training; else null.</param>
    /// <param name="isRecalibrated">Whether the network has batch normalization.</param>
    public static string Definition(string metrics, bool isMultiLabel, double? margin, bool isRecalibrated)
    {
        var error = isMultiLabel ? " (1 - mean AUC for multi-label images)" : "";
        var check = margin is { } allowed ? $" {CheckDefinition(allowed)}" : "";
        var recalibrated = isRecalibrated ? $" {RecalibratedDefinition}" : "";
        return $"Rewinding: test {metrics} with one module, parameters and buffers, reset to its value before "
            + $"training, all others trained.{recalibrated} {DecisionDefinition} "
            + "mu: the minimum, over positions on the module's path and "
            + $"noise levels sigma at which training error{error} stays at most eps, of (distance from the initial "
            + $"value)^2 / sigma^2; the network's score is the sum over modules.{check}";
    }

    private static string CheckDefinition(double margin) =>
        $"Check by training: modules before the head whose rewinding costs at most {margin} points on average are "
        + "frozen together at P's values and the run is repeated; the difference is paired over test images and seeds, "
        + $"and freezing passes where the one-sided 95 % end of the loss is at most {margin} points.";

    /// <summary>Caveats for the report.</summary>
    /// <param name="isFrozen">Whether runs with frozen modules were trained.</param>
    public static ImmutableArray<string> Caveats(bool isFrozen) =>
        [
            "In P-T the initial value is P's, but the head's is random: rewinding the head does not "
                + "measure transfer.",
            "On paths, running statistics of batch normalization are interpolated with their module and not "
                + "recalibrated, so mu includes the effect of stale statistics; noise is added to parameters only.",
            "Modules were rewound one at a time. Two modules that can each be rewound alone need not be "
                + "rewindable together.",
            .. isFrozen ? [FreezingCaveat] : Array.Empty<string>(),
            "mu depends on the grid of positions and sigmas and on eps; compare it only between runs with the "
                + "same settings. Sigmas a factor r apart resolve it to a factor r^2.",
        ];

    /// <summary>Settings for the report.</summary>
    public static string Settings(CriticalitySettings settings)
    {
        if (settings.Path is not { } path)
        {
            return $"{Rewinding(settings)}; no path";
        }

        var positions =
            settings.Paths == CriticalitySettings.Direct
                ? $"alpha {string.Join(", ", settings.PathAlphas)}"
                : "the kept epochs of each run";
        var eps = path.Eps is { } limit
            ? $"eps {limit}"
            : $"eps: the trained network's own training error plus {path.Margin}";
        return $"{Rewinding(settings)}; {settings.Paths} path on at most {path.Examples} training images, "
            + $"{positions}; sigma 0, {string.Join(", ", path.Sigmas)}; {path.Draws} draws of the noise, the same for "
            + $"every position and scaled by sigma; {eps}";
    }

    private static string Rewinding(CriticalitySettings settings)
    {
        var images = RecalibrationImages.Describe(settings.RecalibrationImages, "training images");
        return $"rewinding on all test images; batch normalization, if any, recalibrated on {images}; freeze margin "
            + $"{settings.FreezeMargin} points";
    }

    /// <summary>A run and its target, for example <c>P-T on clipart</c>.</summary>
    public static string Which(RunGroup group) => $"{group.Label} on {group.Target}";

    /// <summary>Not every run learned something.</summary>
    public static FindingText Unknown(string which, Metric metric) =>
        new(
            $"Critical modules of {which} are unknown: not every run improved its test {metric.Name} beyond noise.",
            null,
            "Train longer or change the learning rate, then measure criticality again."
        );

    /// <summary>A margin, for example <c>1 point</c> or <c>0.010 in mean AUC</c>.</summary>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public static string Margin(Metric metric, double margin) =>
        metric.IsPercent ? $"{100 * margin:0.###} point{(margin == 0.01 ? "" : "s")}" : metric.Difference(margin);

    /// <summary>The name of a loss without recalibration, as evidence.</summary>
    /// <param name="name">The name of the loss.</param>
    public static string Raw(string name) => $"{name}, with stale batch normalization, mean over seeds";

    /// <summary>The most critical modules.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="modules">The module with the largest loss, and those not shown to be below it.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="lost">The loss of the first.</param>
    /// <param name="details">Sentences to add, or nulls.</param>
    public static FindingText MostCritical(
        string which,
        ImmutableArray<string> modules,
        Metric metric,
        Estimate lost,
        params IEnumerable<string?> details
    )
    {
        var (names, verb, left) = modules.Length switch
        {
            1 => (modules[0], "is", null),
            <= MostNamed => (string.Join(", ", modules), "are", null),
            _ => ($"{modules[0]} and {modules.Length - 1} others", "are", Untold(modules)),
        };
        var rewinding = modules.Length == 1 ? "it" : modules[0];
        var detail = string.Join(' ', details.Prepend(left).OfType<string>());
        return new(
            $"{names} {verb} most critical in {which}: rewinding {rewinding} costs {metric.Difference(lost.Value)} "
                + $"({EffectWords.Interval(metric, lost)}).",
            detail.Length == 0 ? null : detail
        );
    }

    /// <summary>The most critical module is the head, which starts at random.</summary>
    /// <param name="head">Name of the head.</param>
    /// <param name="before">The most critical modules before it; empty if they are named already.</param>
    public static string RandomHead(string head, ImmutableArray<string> before)
    {
        var next = before.IsEmpty
            ? ""
            : $" Before it, rewinding {string.Join(", ", before)} costs most.";
        return $"{head} is the head, whose initial weights are random, so its loss does not measure transfer.{next}";
    }

    /// <summary>How the loss depends on depth.</summary>
    /// <param name="depth">Rank correlation of depth and loss over the modules before the head.</param>
    public static string Depth(RankCorrelation depth)
    {
        var order = (depth.IsBeyondChance, depth.Value > 0) switch
        {
            (false, _) => "No trend with depth detected",
            (_, true) => "Before the head, rewinding deeper modules costs more",
            _ => "Before the head, rewinding earlier modules costs more",
        };
        var p = depth.P < 0.001 ? "p < 0.001" : $"p = {depth.P:0.000}";
        return $"{order} (rank correlation {depth.Value:0.00} over {depth.Count} modules, {p}).";
    }

    /// <summary>The network's score as evidence.</summary>
    /// <param name="resolution">The factor to which mu is known; null with a single sigma.</param>
    /// <param name="undefined">Number of seeds in which the mu of some module is undefined.</param>
    /// <param name="seeds">Number of seeds.</param>
    public static string NetworkScore(double? resolution, int undefined, int seeds)
    {
        var known = resolution is { } factor ? $", resolved to a factor of {factor:0.0}" : "";
        var missing = undefined == 0 ? "" : $", undefined in {undefined} of {seeds} seeds, so at least";
        return $"network's score (sum of mu{known}){missing}";
    }

    /// <summary>No module can be rewound within the margin.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="least">The module with the smallest loss.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="lost">Its loss.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <param name="isShown">Whether every loss is shown to be above the margin.</param>
    /// <param name="isChecked">Whether a check by training was requested.</param>
    public static FindingText NoneResettable(
        string which,
        string least,
        Metric metric,
        Estimate lost,
        double margin,
        bool isShown,
        bool isChecked
    )
    {
        var allowed = Margin(metric, margin);
        var verdict = isShown
            ? $"No module of {which} can be rewound within {allowed}"
            : $"No module of {which} is a candidate for freezing at {allowed}";
        return new(
            $"{verdict}: even {least} costs {metric.Difference(lost.Value)} ({EffectWords.Interval(metric, lost)}).",
            isChecked ? "So no run with frozen modules was trained." : null
        );
    }

    /// <summary>The mean loss of rewinding each of some modules is at most a margin.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="modules">The modules.</param>
    /// <param name="shown">Those of them for which it is shown.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <param name="seeds">Number of seeds.</param>
    public static FindingText Resettable(
        string which,
        ImmutableArray<string> modules,
        ImmutableArray<string> shown,
        Metric metric,
        double margin,
        int seeds
    )
    {
        var each = modules.Length > 1 ? " each" : "";
        var sure = (shown.Length, modules.Length) switch
        {
            (0, _) => " (not shown beyond chance)",
            var (some, all) when some == all => "",
            _ => $" (shown for {string.Join(", ", shown)})",
        };
        var mean = seeds > 1 ? $" Losses are means over {seeds} seeds." : "";
        return new(
            $"Rewinding {string.Join(", ", modules)} of {which} costs at most {Margin(metric, margin)}{each}{sure}.",
            $"Modules were rewound (reset to their initial values) one at a time.{mean}"
        );
    }

    /// <summary>What to do with resettable modules of runs from P.</summary>
    public const string TryFreezing = "Freeze these modules at P's values in one run (key freeze) to check.";

    /// <summary>What to do with resettable modules of runs from random weights.</summary>
    public const string TrySmaller = "Try a smaller network: training may not need these modules.";

    /// <summary>Whether fine-tuned models depend less or more on single modules.</summary>
    /// <param name="comparison">The comparison.</param>
    public static FindingText Comparison(CriticalityComparison comparison)
    {
        var (difference, group) = (comparison.Difference, comparison.Pretrained.Group);
        var (metric, target) = (group.Metric, group.Target);
        var less = difference.Value < 0;
        var means = $"Mean over the modules before the head, each rewound (reset to its initial value) alone: "
            + $"{metric.Difference(comparison.First.Value)} fine-tuned, {metric.Plain(comparison.Second.Value)} from "
            + "scratch.";
        if (!difference.IsDetected)
        {
            return new(
                $"No difference in what rewinding a module costs detected on {target} "
                    + $"({EffectWords.Signed(metric, difference.Interval())}, fine-tuned minus from scratch).",
                Join(means, EffectWords.Open(metric, difference))
            );
        }

        var size = (less ? difference.Negated() : difference).Interval();
        return new(
            $"On {target}, rewinding a module costs fine-tuned models {metric.Difference(size.Value)} "
                + $"{(less ? "less" : "more")} than from scratch ({EffectWords.Interval(metric, size)}).",
            Join(means, $"Neyshabur et al. (2020) found the {(less ? "same" : "opposite")}.")
        );

        string Join(params IEnumerable<string?> sentences) =>
            string.Join(
                ' ',
                sentences.Append(EffectWords.LeavesOut(difference)).Append(Unlike(comparison)).OfType<string>()
            );
    }

    private static string? Unlike(CriticalityComparison comparison)
    {
        var (first, second) = (comparison.Pretrained.Group, comparison.Random.Group);
        return comparison.HasSameRecipe ? null
            : first.LearningRate == second.LearningRate ? "The two were not trained with equal settings."
            : $"The learning rates differ: {first.LearningRate} and {second.LearningRate}.";
    }

    /// <summary>Caption of the bars of scores.</summary>
    public static string RewindingCaption(string target, Metric metric, bool isRecalibrated)
    {
        var recalibrated = isRecalibrated ? " and batch normalization recalibrated on training images" : "";
        return $"Test {metric.Name} with one module rewound (reset to its initial value){recalibrated}, {target}. "
            + "Bars are means, error bars show 95 % intervals over seeds and test images (of a single run: test "
            + "images).";
    }

    /// <summary>Summary of the bars: each run with its mean score and its most critical module.</summary>
    public static string RewindingSummary(
        Metric metric,
        IReadOnlyCollection<(string Run, double Trained, string? Lowest)> runs
    )
    {
        var trained = runs.Select(run => $"{run.Run} {metric.Number(run.Trained)}");
        var lowest = runs.Select(run => $"{run.Run} at {run.Lowest}");
        return $"All trained: {string.Join("; ", trained)}. Lowest: {string.Join("; ", lowest)}.";
    }

    /// <summary>Caption of the bars of mu.</summary>
    /// <param name="target">The target.</param>
    /// <param name="areAlike">Whether all runs have one recipe and one eps.</param>
    public static string ScoresCaption(string target, bool areAlike)
    {
        var unlike = areAlike ? "" : " The runs differ in settings or eps: compare modules within a run only.";
        return $"Criticality mu per module, {target}. Bars are means, error bars show 95 % intervals over seeds; "
            + $"no bar where mu is 0, or undefined in a seed.{unlike}";
    }

    /// <summary>Summary of the bars of mu.</summary>
    public static string ScoresSummary(string undefined) =>
        "Base-10 logarithm of 1 + mu. 0: the module can be rewound and perturbed without causing more errors. "
        + $"Undefined: {undefined}.";

    /// <summary>Caption of a map.</summary>
    public static string MapCaption(string target, string run, string module, bool isMultiLabel, bool direct)
    {
        var unit = isMultiLabel ? "1 - mean AUC" : "%";
        var path = direct ? "the straight line from initial (0) to trained (1)" : "its checkpoints during training";
        return $"Training error ({unit}) of {run} on {target} with the module '{module}' moved along {path}, "
            + "noise of standard deviation sigma added; mean over seeds and draws.";
    }

    /// <summary>Summary of a map: eps of each seed.</summary>
    public static string MapSummary(Metric metric, IEnumerable<(int Seed, double Eps)> seeds)
    {
        var listed = seeds.Select(one => $"{metric.Number(one.Eps)} (seed {one.Seed})");
        return $"All other modules are trained. eps is {string.Join(", ", listed)}.";
    }

    /// <summary>Title of the table of rewinding.</summary>
    public static string RewindingTitle(string metrics) =>
        $"Each module rewound alone; {metrics} are fractions, losses are in nats; intervals are 95 % paired bootstrap "
        + "intervals over test images";

    private static string Untold(ImmutableArray<string> modules) =>
        $"Not shown to be below {modules[0]}: {string.Join(", ", modules.Skip(1))}.";
}
