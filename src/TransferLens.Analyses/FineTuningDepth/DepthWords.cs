using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>The sentences of findings, method, figures and tables about fine-tuning depth.</summary>
internal static class DepthWords
{
    /// <summary>Definition for the report.</summary>
    public const string Definition =
        "Runs from P that differ only in how much of the network is trained; each such choice is called a rung. The "
        + "rest of the network is frozen: no gradient, no weight decay, running statistics are used but not updated. "
        + "Cost: multiply-accumulates of the convolutions and linear layers over all training steps. Each layer counts "
        + "its forward pass once, once more if the gradient of its weights is computed, and once more if the gradient "
        + "of its input is computed. "
        + "\"No worse than the best\" means that the wider of the two, the 95 % bootstrap interval of the difference "
        + "(paired over test images and seeds) and its range over seeds, contains 0.";

    /// <summary>Source for the report.</summary>
    public const string Source = "Yosinski et al. 2014; Kornblith, Shlens, Le 2019";

    /// <summary>Title of the cost axis.</summary>
    public const string CostAxis = "training cost (% of the whole network's)";

    /// <summary>Caveats for the report.</summary>
    /// <param name="metrics">Names of the metrics.</param>
    public static ImmutableArray<string> Caveats(string metrics) =>
        [
            "For a run with several learning rates, the first one is used. It need not be the best; the section on "
                + "learning curves uses the best.",
            "Partly frozen rungs use one learning rate, and the schedule and epochs of the whole network's runs. A "
                + "linear probe often needs a larger rate.",
            "\"No worse\" means that no difference was detected. With few seeds or test images, a real loss may have "
                + "been missed.",
            $"The best rung is chosen by its {metrics} on the test images, which slightly favours it.",
            "Cost counts operations, not time. Frozen features could be computed once, which would make the head alone "
                + "cheaper still. P's own pretraining, evaluation, memory and data loading are left out.",
            "Batch normalization of frozen modules uses the source's statistics; that of trained modules uses the "
                + "batch's.",
        ];

    /// <summary>Settings for the report.</summary>
    /// <param name="rungs">Names of the rungs.</param>
    /// <param name="whole">The run that the rungs follow, with its number of seeds.</param>
    /// <param name="frozenRate">Learning rate of partly frozen rungs; null for that of the run.</param>
    /// <param name="scratch">The run from scratch, or null.</param>
    public static string Settings(
        IEnumerable<string> rungs,
        (string Run, int Seeds, double Rate) whole,
        double? frozenRate,
        (string Run, double Rate)? scratch
    )
    {
        var followed = $"run {whole.Run} with {whole.Seeds} seeds at learning rate {whole.Rate}";
        var frozen = frozenRate is { } rate ? $"partly frozen rungs at {rate}" : "partly frozen rungs at the same rate";
        var compared = scratch is { } run ? $"; from scratch {run.Run} at {run.Rate}" : "";
        return $"rungs {string.Join(", ", rungs)}; {followed}, {frozen}{compared}";
    }

    /// <summary>What a rung trains, as it fits after "training".</summary>
    /// <param name="rung">Name of the rung.</param>
    /// <param name="frozen">The modules that it does not train.</param>
    /// <param name="network">The network.</param>
    public static string Trained(string rung, ImmutableArray<string> frozen, NetworkDeclaration network)
    {
        return rung switch
        {
            DepthChoice.Whole => "the whole network",
            DepthChoice.Scratch => "the whole network from scratch",
            DepthChoice.Head => "the head alone",
            _ => $"{string.Join(", ", Stages())} and the head",
        };

        IEnumerable<string> Stages() =>
            network
                .Modules[frozen.Length..^1]
                .GroupBy(Freeze.Stage)
                .Select(stage => IsPartlyFrozen(stage.Key) ? string.Join(", ", stage) : stage.Key);

        bool IsPartlyFrozen(string stage) => frozen.Any(module => Freeze.Stage(module) == stage);
    }

    /// <summary>A cheaper rung than the best is no worse.</summary>
    /// <param name="target">The target.</param>
    /// <param name="cheapest">What the cheaper rung trains, and its mean score.</param>
    /// <param name="best">What the best rung trains, and its mean score.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="share">Cost of the cheaper rung as a share of the whole network's.</param>
    /// <param name="hidden">The largest loss in score that would have gone undetected.</param>
    public static FindingText Enough(
        string target,
        (string Trained, double Score) cheapest,
        (string Trained, double Score) best,
        Metric metric,
        double share,
        double hidden
    ) =>
        new(
            $"Training {cheapest.Trained} is enough on {target}: {metric.Number(cheapest.Score)} "
                + $"against {metric.Number(best.Score)} for {best.Trained} (difference within noise).",
            $"It takes {Share(share)} of the whole network's training cost."
                + (
                    metric.Plain(hidden) == metric.Plain(0)
                        ? ""
                        : $" A loss of up to {metric.Difference(hidden)} would have gone undetected."
                )
        );

    /// <summary>What to do when training from scratch is enough.</summary>
    public static string SkipPretraining(string target, Metric metric) =>
        $"Train from scratch: P is not needed for {metric.Name} on {target}.";

    /// <summary>What to do when a cheaper rung is enough.</summary>
    public static string TrainCheaper(string train, Metric metric, double hidden) =>
        $"{train}; run more seeds if {metric.Difference(hidden)} matter.";

    /// <summary>Everything cheaper than the best rung is worse.</summary>
    /// <param name="target">The target.</param>
    /// <param name="best">What the best rung trains, and its mean score.</param>
    /// <param name="next">What the best of the cheaper rungs trains.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="share">Cost of that rung as a share of the whole network's.</param>
    /// <param name="gain">How much better the best rung is.</param>
    public static FindingText Needed(
        string target,
        (string Trained, double Score) best,
        string next,
        Metric metric,
        double share,
        Estimate gain
    ) =>
        new(
            $"Training {best.Trained} is needed on {target}: {metric.Difference(gain.Value)} more than {Only(next)} "
                + $"({metric.Plain(gain.Low)} to {metric.Plain(gain.High)}).",
            $"It reaches {metric.Number(best.Score)}. "
                + $"Training {Only(next)} takes {Share(share)} of the whole network's training cost."
        );

    /// <summary>What to do when everything cheaper is worse.</summary>
    public static string TrainBest(string train, Metric metric, double cost) =>
        $"{train}; cheaper choices lose on average at least {metric.Difference(cost)}.";

    /// <summary>The evidence that compares two rungs.</summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="compared">What the first rung trains.</param>
    /// <param name="best">What the best rung trains.</param>
    public static string Difference(Metric metric, string compared, string best) =>
        $"{metric.Name} after training {Only(compared)}, minus {metric.Name} after training {best}";

    /// <summary>The cheapest rung is also the best.</summary>
    /// <param name="target">The target.</param>
    /// <param name="best">What it trains, and its mean score.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="share">Its cost as a share of the whole network's.</param>
    /// <param name="wholeIsBelow">How much worse the whole network is; null if it is the rung itself.</param>
    public static FindingText CheapestIsBest(
        string target,
        (string Trained, double Score) best,
        Metric metric,
        double share,
        double? wholeIsBelow
    ) =>
        new(
            $"Training {best.Trained} is the cheapest choice on {target} and none is better: "
                + $"{metric.Number(best.Score)}.",
            $"It takes {Share(share)} of the whole network's training cost."
                + (
                    wholeIsBelow is { } below
                        ? $" Training the whole network ends {metric.Difference(below)} lower."
                        : ""
                )
        );

    /// <summary>What to do when the cheapest rung is best and trains only a part.</summary>
    public static string TrainingMoreDoesNotHelp(string train) => $"{train}: training more did not help.";

    /// <summary>How to train a rung.</summary>
    /// <param name="rung">Name of the rung.</param>
    /// <param name="trained">What it trains.</param>
    /// <param name="frozen">The modules that it does not train.</param>
    public static string Train(string rung, string trained, ImmutableArray<string> frozen) =>
        rung switch
        {
            DepthChoice.Whole => "Train the whole network from P",
            DepthChoice.Scratch => "Train from scratch",
            DepthChoice.Head => "Train the head alone (freeze: backbone)",
            _ => $"Train {trained} (freeze: [{string.Join(", ", frozen)}])",
        };

    /// <summary>Runs of a rung diverged.</summary>
    public static FindingText Diverged(string target, string trained, int diverged, int all, double rate) =>
        new(
            $"{diverged} of {all} runs that train {trained} on {target} diverged.",
            "They are left out of every mean.",
            $"Set learning_rate of fine_tuning_depth below {rate}."
        );

    /// <summary>The first of several learning rates was followed.</summary>
    /// <param name="runs">The runs with several learning rates, and the rate followed.</param>
    public static string FirstRates(IEnumerable<(string Run, double Rate)> runs) =>
        "For runs with several learning rates, the first was used: "
        + $"{string.Join(" and ", runs.Select(run => $"{run.Rate} of {run.Run}"))}.";

    /// <summary>Caption of the chart.</summary>
    public static string Caption(string target, Metric metric) =>
        $"{Capitalized(metric.Name)} against training cost on {target}, by how much of the network is trained. "
        + "Error bars show the range over seeds, or, where there is only one run, its 95 % bootstrap interval.";

    /// <summary>
    /// Summary of the chart: what each rung trains, its mean score or null, and its share of the cost.
    /// </summary>
    public static string Summary(Metric metric, IEnumerable<(string Trained, double? Score, double Share)> rungs)
    {
        var listed = rungs.Select(rung =>
            $"{rung.Trained}: {(rung.Score is { } score ? metric.Number(score) : "diverged")} for {Share(rung.Share)}"
        );
        return $"Final test {metric.InFigures} and training cost in percent of the whole network's: "
            + $"{string.Join("; ", listed)}.";
    }

    /// <summary>Title of the table of rungs.</summary>
    public static string RungsTitle(string metrics) =>
        $"How much of the network is trained; {metrics} are fractions, cost in multiply-accumulates of one run";

    /// <summary>Title of the table of runs.</summary>
    public static string RunsTitle(string metrics) =>
        $"All runs, with the 95 % bootstrap interval of their {metrics} over test images";

    // What a partly frozen rung trains, so that "layer3 and the head" is not read as what it is compared with.
    private static string Only(string trained) =>
        trained.StartsWith("the ", StringComparison.Ordinal) ? trained : $"only {trained}";

    private static string Share(double share) => $"{100 * share:0} %";

    private static string Capitalized(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
