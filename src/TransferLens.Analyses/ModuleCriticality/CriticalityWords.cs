using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The sentences of findings, method, figures and tables about module criticality.</summary>
internal static class CriticalityWords
{
    // More names than this do not fit a headline.
    private const int MostNamed = 2;

    private const string Simultaneous = "The interval is a 95 % interval, simultaneous over all modules.";

    private const string PaperAgrees = "Same direction as in Neyshabur et al. (2020).";

    private const string PaperDisagrees = "Opposite direction to Neyshabur et al. (2020).";

    private const string FreezingCaveat = "Frozen runs use the learning rate, schedule and epochs of the others.";

    private const string ChosenCaveat =
        "The modules to freeze were chosen on the same test images on which the frozen runs are compared, so "
        + "confidence in that comparison is low. A target with validation images has them chosen on these.";

    private const string RecalibratedDefinition =
        "Recalibrated: the same after all running statistics of batch normalization were recomputed on training "
        + "images, for the trained network too; modules are judged by it, because most of the loss without it can be "
        + "due to stale statistics.";

    private const string DecisionDefinition =
        "Losses are means over seeds, paired over test images, with 95 % t intervals over seeds and test images; the "
        + "intervals of all modules are simultaneous. Each module is compared with the largest loss (one-sided, 5 % "
        + "divided by the number of comparisons): with 95 %, the most critical one is not among those shown to cost "
        + "less.";

    /// <summary>Source for the report.</summary>
    public const string Source =
        "Zhang, Bengio, Singer 2019; Chatterji, Neyshabur, Sedghi 2020; "
        + "Neyshabur, Sedghi, Zhang 2020, section 3.5, Figures 5 and 6";

    /// <summary>Caption of the small figure.</summary>
    public const string Highlight = "Score with one module rewound";

    /// <summary>What low and high of a score are.</summary>
    public const string StandardError = "plus and minus one standard error";

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
    /// <param name="checks">The checks whether modules can be frozen.</param>
    public static ImmutableArray<string> Caveats(ImmutableArray<FrozenCheck> checks) =>
        [
            "In P-T the initial value is P's, but the head's is random: rewinding the head does not "
                + "measure transfer.",
            "On paths, running statistics of batch normalization are interpolated with their module and not "
                + "recalibrated, so mu includes the effect of stale statistics; noise is added to parameters only.",
            "Modules were rewound one at a time. Two modules that can each be rewound alone need not be "
                + "rewindable together.",
            .. checks.Any(check => !check.Modules.IsEmpty) ? [FreezingCaveat] : Array.Empty<string>(),
            .. checks.Any(check => check is { Modules.IsEmpty: false, IsChosenOnTestImages: true })
                ? [ChosenCaveat]
                : Array.Empty<string>(),
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

    /// <summary>Names of modules, or their number where a headline has no room for them.</summary>
    /// <param name="modules">The modules; at least one.</param>
    public static string Names(ImmutableArray<string> modules) =>
        IsNamed(modules) ? List(modules) : $"{modules.Length} modules";

    /// <summary>Whether <see cref="Names"/> gives their names.</summary>
    /// <param name="modules">The modules; at least one.</param>
    public static bool IsNamed(ImmutableArray<string> modules) => modules.Length <= MostNamed;

    /// <summary>The names of all, separated by commas.</summary>
    /// <param name="modules">The modules.</param>
    public static string List(IEnumerable<string> modules) => string.Join(", ", modules);

    /// <summary>The module whose rewinding costs most, and how many others are shown to cost less.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="lost">The largest loss; it is shown to be above 0.</param>
    /// <param name="ranking">The module, and the comparison of the others with it.</param>
    /// <param name="details">Sentences to add, or nulls.</param>
    public static FindingText MostCritical(
        string which,
        Metric metric,
        Estimate lost,
        ModuleRanking ranking,
        IEnumerable<string?> details
    ) =>
        new(
            $"Rewinding {ranking.Top.Module} of {which} costs {metric.Difference(lost.Value)} "
                + $"({EffectWords.Interval(metric, lost)}){Rank(ranking)}.",
            Sentences([Simultaneous, .. Compared(ranking), .. details])
        );

    /// <summary>A loss is shown to be above 0, but which module costs most is open.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="named">A module whose loss is shown to be above 0, and that loss.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="top">The module with the largest loss and that loss, where it is not shown to be above 0.</param>
    /// <param name="details">Sentences to add, or nulls.</param>
    public static FindingText Undecided(
        string which,
        (string Module, Estimate Lost) named,
        Metric metric,
        (string Module, Estimate Lost)? top,
        IEnumerable<string?> details
    ) =>
        new(
            $"Rewinding {named.Module} of {which} costs {metric.Difference(named.Lost.Value)} "
                + $"({EffectWords.Interval(metric, named.Lost)}); which costs most is open.",
            Sentences([
                Simultaneous,
                top is var (module, lost)
                    ? $"The largest mean loss, of {module}, is not shown to be above 0: "
                        + $"{metric.Difference(lost.Value)} {Interval(metric, lost)}."
                    : "No other module is shown to cost less.",
                .. details,
            ])
        );

    private static string Interval(Metric metric, Estimate lost) =>
        $"(95 % CI {metric.Signed(lost.Low)} to {metric.Signed(lost.High)})";

    // At most five words, so that a headline has 20.
    private static string Rank(ModuleRanking ranking) =>
        (ranking.Below, ranking.Others.Length) switch
        {
            (_, 0) => "",
            (_, 1) => $", exceeding {ranking.Others[0].Module}",
            var (below, all) when below.Length == all => $", exceeding all {all} others",
            var (below, all) => $", exceeding {below.Length} of {all} others",
        };

    private static IEnumerable<string?> Compared(ModuleRanking ranking)
    {
        if (!ranking.Open.IsEmpty)
        {
            yield return $"Shown to cost less: {Modules(ranking.Below)}.";
            yield return $"Not shown to cost less: {Modules(ranking.Open)}.";
        }

        static string Modules(IEnumerable<RankedModule> modules) => List(modules.Select(other => other.Module));
    }

    /// <summary>Evidence that a module costs less.</summary>
    /// <param name="top">The module whose rewinding costs most.</param>
    /// <param name="other">The module.</param>
    /// <param name="comparisons">Number of modules that are compared with the first.</param>
    public static string Ranked(string top, string other, int comparisons) =>
        comparisons > 1
            ? $"adjusted p, {top} costs more than {other} ({comparisons} comparisons)"
            : $"p, {top} costs more than {other}";

    /// <summary>No loss is shown to be above 0.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="surest">The module whose loss has the smallest p.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="lost">Its loss.</param>
    /// <param name="details">Sentences to add, or nulls.</param>
    public static FindingText NoneCritical(
        string which,
        string surest,
        Metric metric,
        Estimate lost,
        params IEnumerable<string?> details
    ) =>
        new(
            $"No critical module detected in {which}: rewinding {surest} costs {metric.Difference(lost.Value)} "
                + $"{Interval(metric, lost)}.",
            Sentences([$"Of all modules, {surest} has the smallest p.", Simultaneous, .. details])
        );

    /// <summary>The head, which starts at random, is left out.</summary>
    /// <param name="head">Name of the head.</param>
    public static string RandomHead(string head) =>
        $"The head, {head}, is left out: it starts at random, so its loss does not measure transfer.";

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

    /// <summary>Every module is shown to cost more than the margin.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="isPretrained">Whether the run starts from P, so that freezing is a question.</param>
    /// <param name="least">The module with the smallest loss, and that loss.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <param name="isChecked">Whether a check by training was requested.</param>
    public static FindingText NoneResettable(
        string which,
        bool isPretrained,
        (string Module, Estimate Lost) least,
        Metric metric,
        double margin,
        bool isChecked
    ) =>
        new(
            (isPretrained ? $"No candidate for freezing in {which}" : $"No module of {which} is resettable")
                + $": rewinding {least.Module} costs least, {metric.Difference(least.Lost.Value)} "
                + $"({EffectWords.Interval(metric, least.Lost)}).",
            Sentences([
                $"Rewinding any module before the head costs more than {Margin(metric, margin)}.",
                Simultaneous,
                isChecked ? NothingFrozen(metric, margin) : null,
            ])
        )
        {
            Answer = $"None: rewinding any costs more than {Margin(metric, margin)}",
        };

    /// <summary>No mean loss is within the margin, which is not shown of every module.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="least">The module with the smallest loss, and that loss.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <param name="isChecked">Whether a check by training was requested.</param>
    public static FindingText FreezingOpen(
        string which,
        (string Module, Estimate Lost) least,
        Metric metric,
        double margin,
        bool isChecked
    ) =>
        new(
            $"Freezing in {which} is undecided: rewinding {least.Module} costs least, "
                + $"{metric.Difference(least.Lost.Value)} {Interval(metric, least.Lost)}.",
            Sentences([
                isChecked
                    ? NothingFrozen(metric, margin)
                    : $"No module's mean loss is at most {Margin(metric, margin)}, which is not shown of every module.",
                Simultaneous,
            ])
        )
        {
            Answer = isChecked ? "Undecided: no module qualified to be tried frozen" : "Undecided: no module qualified",
        };

    private static string NothingFrozen(Metric metric, double margin) =>
        $"Only modules whose rewinding costs at most {Margin(metric, margin)} are tried frozen; none qualified.";

    /// <summary>Rewinding each of some modules is shown to cost at most a margin.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="shown">The modules; at least one.</param>
    /// <param name="others">Those whose mean loss is within the margin, but not shown to be, and their losses.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <param name="seeds">Number of seeds.</param>
    public static FindingText Resettable(
        string which,
        ImmutableArray<string> shown,
        ImmutableArray<(string Module, Estimate Lost)> others,
        Metric metric,
        double margin,
        int seeds
    ) =>
        new(
            $"Rewinding {Names(shown)} of {which} costs at most {Margin(metric, margin)}"
                + $"{(shown.Length > 1 ? " each" : "")}.",
            Sentences([
                IsNamed(shown) ? null : $"They are {List(shown)}.",
                OneAtATime(seeds),
                others.IsEmpty
                    ? null
                    : $"Not shown to cost at most {Margin(metric, margin)}: {Losses(metric, others)}.",
            ])
        )
        {
            Answer = $"Candidates, not yet trained frozen: {Names(shown)}",
        };

    /// <summary>No module is shown to cost at most a margin, though some do on average.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="candidates">The modules that do on average, and their losses; at least one.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <param name="seeds">Number of seeds.</param>
    public static FindingText Unshown(
        string which,
        ImmutableArray<(string Module, Estimate Lost)> candidates,
        Metric metric,
        double margin,
        int seeds
    )
    {
        var names = Names([.. candidates.Select(candidate => candidate.Module)]);
        var interval = candidates is [var (_, lost)] ? $" {Interval(metric, lost)}" : "";
        var each = candidates.Length > 1 ? " each" : "";
        return new(
            $"Whether rewinding {names} of {which} costs at most {Margin(metric, margin)}{each} is open{interval}.",
            Sentences([$"On average, {Losses(metric, candidates)}.", OneAtATime(seeds)])
        )
        {
            Answer = $"Uncertain; perhaps {names}",
        };
    }

    // Estimates, of which nothing is claimed.
    private static string Losses(Metric metric, IEnumerable<(string Module, Estimate Lost)> modules) =>
        List(
            modules.Select(one =>
                $"{one.Module} costs about {metric.Difference(one.Lost.Value)} {Interval(metric, one.Lost)}"
            )
        );

    private static string OneAtATime(int seeds)
    {
        var mean = seeds > 1 ? $" Losses are means over {seeds} seeds." : "";
        return $"Modules were rewound (reset to their initial values) one at a time.{mean}";
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
        var (metric, target, other) = (group.Metric, group.Target, comparison.Random.Group);
        var less = difference.Value < 0;
        var means =
            $"Mean over the modules before the head, each rewound (reset to its initial value) alone: "
            + $"{metric.Difference(comparison.First.Value)} in {group.Label}, "
            + $"{metric.Plain(comparison.Second.Value)} in {other.Label}.";
        if (!difference.IsDetected)
        {
            return new(
                $"No difference in what rewinding a module costs detected on {target} "
                    + $"(95 % CI {EffectWords.Signed(metric, difference.Interval())}).",
                Join(EffectWords.WouldDecide(difference))
            );
        }

        var size = (less ? difference.Negated() : difference).Interval();
        return new(
            $"Rewinding a module on {target} costs {metric.Difference(size.Value)} {(less ? "less" : "more")} in "
                + $"{group.Label} than in {other.Label} ({EffectWords.Interval(metric, size)}).",
            Join(less ? PaperAgrees : PaperDisagrees)
        );

        string Join(string? last) =>
            string.Join(
                ' ',
                new[] { means, EffectWords.LeavesOut(difference), Unlike(comparison), last }.OfType<string>()
            );
    }

    private static string? Unlike(CriticalityComparison comparison)
    {
        var (first, second) = (comparison.Pretrained.Group, comparison.Random.Group);
        // Unequal rates are named where the finding is marked.
        return comparison.HasSameRecipe || first.LearningRate != second.LearningRate
            ? null
            : "The two were not trained with equal settings.";
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
        $"Each module rewound alone: {metrics}, and losses in nats; intervals are 95 % paired bootstrap intervals over "
        + "test images";

    private static string? Sentences(IEnumerable<string?> all) =>
        string.Join(' ', all.OfType<string>()) is { Length: > 0 } text ? text : null;
}
