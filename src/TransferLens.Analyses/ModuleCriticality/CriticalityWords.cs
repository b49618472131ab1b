using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The sentences of findings, method, figures and tables about module criticality.</summary>
internal static class CriticalityWords
{
    private const string FreezingCaveat =
        "Frozen runs use the learning rate, schedule and epochs of the others. The modules were chosen on the same "
        + "test images on which the frozen runs are compared.";

    private const string RecalibratedDefinition =
        "Recalibrated: the same after all running statistics of batch normalization were recomputed on training "
        + "images, for the trained network too; modules are judged by it, because most of the loss without it can be "
        + "due to stale statistics.";

    private const string CheckDefinition =
        "Check by training: modules before the head whose rewinding shows no loss in any seed are frozen together at "
        + "P's values and the run is repeated; the difference is paired over test images and seeds.";

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
    /// <param name="isChecked">Whether freezing was checked by training.</param>
    /// <param name="isRecalibrated">Whether the network has batch normalization.</param>
    public static string Definition(string metrics, bool isMultiLabel, bool isChecked, bool isRecalibrated)
    {
        var error = isMultiLabel ? " (1 - mean AUC for multi-label images)" : "";
        var check = isChecked ? $" {CheckDefinition}" : "";
        var recalibrated = isRecalibrated ? $" {RecalibratedDefinition}" : "";
        return $"Rewinding: test {metrics} with one module, parameters and buffers, reset to its value before "
            + $"training, all others trained.{recalibrated} mu: the minimum, over positions on the module's path and "
            + $"noise levels sigma at which training error{error} stays at most eps, of (distance from the initial "
            + $"value)^2 / sigma^2; the network's score is the sum over modules.{check}";
    }

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
        return $"rewinding on all test images; batch normalization, if any, recalibrated on {images}";
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

    /// <summary>The most critical module.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="module">The module.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="lost">The loss in score.</param>
    /// <param name="details">Sentences to add, or nulls.</param>
    public static FindingText MostCritical(
        string which,
        string module,
        Metric metric,
        Spread lost,
        params IEnumerable<string?> details
    )
    {
        var range = lost.Count > 1 ? $" ({metric.Plain(lost.Low)} to {metric.Plain(lost.High)} over seeds)" : "";
        var detail = string.Join(' ', details.OfType<string>());
        return new(
            $"{module} is the most critical module of {which}: "
                + $"rewinding it costs {metric.Difference(lost.Mean)}{range}.",
            detail.Length == 0 ? null : detail
        );
    }

    /// <summary>The most critical module is the head, which starts at random.</summary>
    public const string RandomHead =
        "It is the head, whose initial weights are random, so this loss does not measure transfer.";

    /// <summary>How the loss depends on depth.</summary>
    /// <param name="correlation">Rank correlation of depth and loss.</param>
    /// <param name="modules">Number of modules before the head.</param>
    /// <param name="isBeyondChance">Whether the correlation is beyond chance.</param>
    public static string Depth(double correlation, int modules, bool isBeyondChance)
    {
        var order = (isBeyondChance, correlation > 0) switch
        {
            (false, _) => "No trend with depth detected",
            (_, true) => "Before the head, rewinding deeper modules costs more",
            _ => "Before the head, rewinding earlier modules costs more",
        };
        return $"{order} (rank correlation {correlation:0.00} over {modules} modules).";
    }

    /// <summary>No module can be rewound without loss.</summary>
    public static FindingText NoneResettable(string which, string least, Metric metric, double lost, bool isChecked) =>
        new(
            $"No module of {which} can be rewound without loss: even {least}, the least critical, "
                + $"costs {metric.Difference(lost)}.",
            isChecked ? "So no run with frozen modules was trained." : null
        );

    /// <summary>Some modules can be rewound without a detected loss.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="modules">The modules.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="seeds">Number of seeds.</param>
    /// <param name="hidden">The largest loss that would have gone undetected; none if not positive.</param>
    public static FindingText Resettable(
        string which,
        IReadOnlyCollection<string> modules,
        Metric metric,
        int seeds,
        double hidden
    )
    {
        var verb = modules.Count == 1 ? "can be rewound" : "can each be rewound";
        var inEverySeed = seeds > 1 ? ", in every seed" : "";
        var undetected =
            hidden > 0 && metric.Plain(hidden) != metric.Plain(0)
                ? $" A loss of up to {metric.Difference(hidden)} would have gone undetected."
                : "";
        return new(
            $"{string.Join(", ", modules)} of {which} {verb} without a detected loss.",
            $"Modules were rewound (reset to their initial values) one at a time{inEverySeed}.{undetected}"
        );
    }

    /// <summary>What to do with resettable modules of runs from P.</summary>
    public const string TryFreezing = "Freeze these modules at P's values in one run (key freeze) to check.";

    /// <summary>What to do with resettable modules of runs from random weights.</summary>
    public const string TrySmaller = "Try a smaller network: training may not need these modules.";

    /// <summary>No difference between fine-tuned models and models trained from scratch was detected.</summary>
    /// <param name="target">The target.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="pretrained">Mean loss per rewound module of fine-tuned models.</param>
    /// <param name="random">Mean loss per rewound module of models trained from scratch.</param>
    /// <param name="undetected">The largest difference that would have gone undetected.</param>
    public static FindingText NoDifference(
        string target,
        Metric metric,
        double pretrained,
        double random,
        double undetected
    ) =>
        new(
            $"No difference in the cost of rewinding a module detected on {target}: "
                + $"{metric.Difference(pretrained)} fine-tuned, {metric.Plain(random)} from scratch.",
            $"A difference of up to {metric.Difference(undetected)} would have gone undetected."
        );

    /// <summary>Fine-tuned models depend less or more on single modules.</summary>
    /// <param name="target">The target.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="pretrained">Mean loss per rewound module of fine-tuned models.</param>
    /// <param name="random">Mean loss per rewound module of models trained from scratch.</param>
    public static FindingText Difference(string target, Metric metric, double pretrained, double random)
    {
        var less = pretrained < random;
        return new(
            $"On {target}, fine-tuned models depend {(less ? "less" : "more")} on any single module: "
                + $"rewinding costs {metric.Difference(pretrained)}, against {metric.Plain(random)} from scratch.",
            "Mean over the modules before the head, each rewound (reset to its initial value) alone. "
                + $"Neyshabur et al. (2020) found the {(less ? "same" : "opposite")}."
        );
    }

    /// <summary>Whether the modules can be frozen is unknown, because every frozen run diverged.</summary>
    public static FindingText FrozenRunsDiverged(string which, string modules, double rate) =>
        new(
            $"Whether {modules} of {which} can be frozen is unknown: every run with them frozen diverged.",
            null,
            $"Do not freeze {modules} at learning rate {rate}."
        );

    /// <summary>Freezing loses, gains, or makes no detected difference, as checked by training.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="modules">The frozen modules.</param>
    /// <param name="metric">The metric of the runs.</param>
    /// <param name="above">Score of the frozen runs minus that of the others.</param>
    /// <param name="score">Mean score of the frozen runs.</param>
    /// <param name="saved">Share of the training cost saved.</param>
    public static FindingText Frozen(
        string which,
        IReadOnlyCollection<string> modules,
        Metric metric,
        Estimate above,
        double score,
        double saved
    )
    {
        var freezing = $"Freezing {string.Join(", ", modules)} in {which}";
        var results = $"The runs end at {metric.Number(score)}; training costs {Percent(saved)} less.";
        var (low, high) = (metric.Signed(above.Low), metric.Signed(above.High));
        return (above.IsNegative, above.IsPositive) switch
        {
            (true, _) => new(
                $"{freezing} loses {Points(metric, -above.Value)} ({metric.Plain(-above.High)} to "
                    + $"{metric.Plain(-above.Low)}), checked by training.",
                $"{results} Rewinding {(modules.Count == 1 ? "it" : "each")} alone after training showed no loss."
            ),
            (_, true) => new(
                $"{freezing} gains {Points(metric, above.Value)} ({low} to {high}), checked by training.",
                results
            ),
            _ => new(
                $"{freezing} makes no detected difference ({metric.Signed(above.Value)} {metric.DifferenceWords}, "
                    + $"{low} to {high}), checked by training.",
                $"{results} A loss of up to {Points(metric, -above.Low)} would have gone undetected."
            ),
        };
    }

    /// <summary>What to do when freezing loses.</summary>
    public static string DoNotFreeze(int modules, Metric metric, double lost, double saved) =>
        $"Do not freeze {Those(modules)}; it would save {Percent(saved)} of cost but lose {Points(metric, lost)}.";

    /// <summary>What to do when freezing gains.</summary>
    public static string FreezeInRun(IReadOnlyCollection<string> modules, string run) =>
        $"Freeze {Those(modules.Count)} when training {run} ({Freeze(modules)}).";

    /// <summary>What to do when freezing makes no difference and saves nothing.</summary>
    public static string FreezingSavesNothing(IReadOnlyCollection<string> modules) =>
        $"Leave {Those(modules.Count)} trainable: freezing ({Freeze(modules)}) saves almost nothing.";

    /// <summary>What to do when freezing makes no difference and saves cost.</summary>
    public static string FreezeToSave(IReadOnlyCollection<string> modules, double saved) =>
        $"Freeze {Those(modules.Count)} ({Freeze(modules)}) to save {Percent(saved)} of training cost.";

    /// <summary>Caption of the bars of scores.</summary>
    public static string RewindingCaption(string target, Metric metric, bool isRecalibrated)
    {
        var recalibrated = isRecalibrated ? " and batch normalization recalibrated on training images" : "";
        return $"Test {metric.Name} with one module rewound (reset to its initial value){recalibrated}, {target}. "
            + "Bars are means, error bars show the range over seeds.";
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
    public static string ScoresCaption(string target) =>
        $"Criticality mu per module, {target}. Bars are means, error bars show the range over seeds; "
        + "no bar where mu is 0, or undefined in a seed.";

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

    private static string Freeze(IEnumerable<string> modules) => $"freeze: [{string.Join(", ", modules)}]";

    private static string Those(int modules) => modules == 1 ? "that module" : $"those {modules} modules";

    private static string Points(Metric metric, double difference) => metric.Difference(Math.Max(0, difference));

    private static string Percent(double share) => $"{100 * share:0} %";
}
