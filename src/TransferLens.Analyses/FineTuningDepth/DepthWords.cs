using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>The sentences of findings, method, figures and tables about fine-tuning depth.</summary>
internal static class DepthWords
{
    /// <summary>Definition for the report.</summary>
    public const string Definition =
        "Runs from P that differ only in how the network is trained; each such choice is called a rung. What it does "
        + "not train is frozen: no gradient, no weight decay, running statistics are used but not updated. "
        + "lp_ft fits the head first, by logistic regression on the last features; decay lowers the learning rate by a "
        + "factor from each module to the one before; norm_head trains normalization layers, with their batches' "
        + "statistics, and the head; lora trains low-rank updates of linear layers and 1x1 convolutions, and the head. "
        + "Cost: multiply-accumulates of the convolutions and linear layers over all training steps. Each layer counts "
        + "its forward pass once, once more if the gradient of its weights is computed, and once more if the gradient "
        + "of its input is computed; the probe adds a forward pass of the training images, low-rank updates their own "
        + "products. Memory: parameters, gradients, the optimizer's state and the inputs that layers with trained "
        + "weights keep for a batch, counted. "
        + "From the whole network, cheaper rungs are tried in order of cost. The walk ends at the first that is not "
        + "shown to be no worse than every other rung, from scratch too, by more than the margin (one-sided 95 % "
        + "interval over seeds and images, paired by seed between runs from P); the answer is the rung before that. "
        + "norm_head and lora are tried apart, and all walks share the error rate of 5 % equally. A "
        + "target with validation images is walked on these, and the answer compared on the test images. Without, the "
        + "walk is on the test images: its order is fixed, so each test at 5 % holds for the whole walk.";

    /// <summary>Source for the report.</summary>
    public const string Source =
        "Yosinski et al. 2014; Kornblith, Shlens, Le 2019; Kumar et al. 2022 (lp_ft); Howard, Ruder 2018 (decay); "
        + "Frankle, Schwab, Morcos 2021 (norm_head); Hu et al. 2021 (lora)";

    // Of what a rung trains, in an answer of at most 12.
    private const int MostWords = 6;

    /// <summary>Caption of the small figure.</summary>
    public const string Ladder = "Score by what is trained (cost in % of the whole)";

    /// <summary>A short name of a rung with its share of the cost.</summary>
    public static string WithCost(DepthRung rung)
    {
        var name = rung.Name == DepthChoice.ProbeFirst ? "head first" : rung.Name.Replace('_', ' ');
        return $"{name} {Share(rung.CostShare)}";
    }

    /// <summary>Title of the cost axis.</summary>
    public const string CostAxis = "training cost (% of the whole network's)";

    /// <summary>Caveats for the report.</summary>
    public static readonly ImmutableArray<string> Caveats =
    [
        "Of a run with several learning rates, each rung is trained at each, and validation images choose its own. "
            + "Without such images the first rate is used, which need not be the best. The search is no part of the "
            + "cost.",
        "All rungs use the schedule and epochs of the whole network's runs. With one learning rate, a linear probe "
            + "often needs a larger one.",
        "A cheaper rung must be shown to be no worse: few seeds or images to choose on favour the whole network.",
        "Cost counts operations, not time. Frozen features could be computed once, which would make the head alone "
            + "cheaper still. P's own pretraining, evaluation, data loading and the search for a probe's weights are "
            + "left out. Low-rank updates are merged into the weights, whose gradients are computed in full.",
        "Memory is a lower bound: what normalization and activations keep is not counted.",
        "Batch normalization of frozen modules uses the source's statistics; that of trained modules uses the batch's.",
    ];

    /// <summary>Settings for the report.</summary>
    /// <param name="rungs">Names of the rungs.</param>
    /// <param name="whole">The run that the rungs follow, with its number of seeds.</param>
    /// <param name="settings">The settings of the analysis.</param>
    /// <param name="scratch">The run from scratch, or null.</param>
    public static string Settings(
        IEnumerable<string> rungs,
        (string Run, int Seeds, ImmutableArray<double> Rates) whole,
        DepthSettings settings,
        (string Run, ImmutableArray<double> Rates)? scratch
    )
    {
        var named = rungs.Select(rung =>
            rung switch
            {
                DepthChoice.Decay => $"{rung} (factor {settings.LayerDecay})",
                DepthChoice.Lora => $"{rung} (rank {settings.LoraRank}, alpha {settings.LoraAlpha})",
                _ => rung,
            }
        );
        var followed = $"run {whole.Run} with {whole.Seeds} seeds at {Rates(whole.Rates)}";
        var part =
            settings.LearningRate is { } rate ? $"{rate}"
            : whole.Rates.Length > 1 ? "these"
            : "the same rate";
        var compared = scratch is { } run ? $"; from scratch {run.Run} at {string.Join(" or ", run.Rates)}" : "";
        return $"rungs {string.Join(", ", named)}; {followed}, partly frozen rungs at {part}{compared}; "
            + $"margin {settings.Margin} (points of the metric)";

        static string Rates(ImmutableArray<double> rates) =>
            rates is [var only] ? $"learning rate {only}" : $"learning rates {string.Join(", ", rates)}";
    }

    /// <summary>The study has no run that trains the whole network from P.</summary>
    /// <param name="analysis">Name of the analysis.</param>
    /// <param name="run">A run that trains a part.</param>
    /// <param name="training">How that is trained.</param>
    public static string TrainsPart(string analysis, string run, TrainingSettings training)
    {
        var (does, without) = training switch
        {
            { Lora: not null } => ("trains low-rank updates", "lora"),
            { Adapt: not null } => ("trains normalization and the head", "adapt"),
            _ => ($"freezes {string.Join(", ", training.Freeze ?? [])}", "freeze"),
        };
        return $"analyses.{analysis} needs a run that trains the whole network from P, but {run} {does}; "
            + $"add a run without {without}, or remove the analysis.";
    }

    /// <summary>What a rung trains, as it fits after "training".</summary>
    /// <param name="rung">The rung.</param>
    /// <param name="network">The network.</param>
    public static string Trained(DepthRungPlan rung, NetworkDeclaration network)
    {
        var frozen = rung.Frozen;
        return rung.Name switch
        {
            DepthChoice.Whole => "the whole network",
            DepthChoice.Scratch => "the whole network from scratch",
            DepthChoice.Head => "the head alone",
            DepthChoice.ProbeFirst => "the whole network after a probe",
            DepthChoice.Decay => "the whole network with falling rates",
            DepthChoice.NormHead => "normalization and the head",
            DepthChoice.Lora => $"rank-{rung.Training.Lora!.Rank} updates and the head",
            _ => $"{string.Join(", ", Stages())} and the head",
        };

        IEnumerable<string> Stages() =>
            network
                .Modules[frozen.Length..^1]
                .GroupBy(Freeze.Stage)
                .Select(stage => IsPartlyFrozen(stage.Key) ? string.Join(", ", stage) : stage.Key);

        bool IsPartlyFrozen(string stage) => frozen.Any(module => Freeze.Stage(module) == stage);
    }

    /// <summary>A cheaper rung than the whole network is no worse.</summary>
    /// <param name="target">The target.</param>
    /// <param name="cheapest">What the rung trains, and its mean score.</param>
    /// <param name="whole">Mean score of the whole network.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="share">Cost of the rung as a share of the whole network's.</param>
    public static FindingText Enough(
        string target,
        (string Trained, double Score) cheapest,
        double whole,
        Metric metric,
        DepthAnswer answer,
        double share
    )
    {
        var against = answer.AgainstWhole[answer.Cheapest]!;
        var covered = EffectWords.Covered(against);
        var better = answer.Better.Contains(answer.Cheapest)
            ? $" It is better than the whole network by {metric.Difference(against.Value)} "
                + $"({EffectWords.Interval(metric, against.Interval())})."
            : "";
        return new(
            $"Training {cheapest.Trained} is enough on {target}: {metric.Number(cheapest.Score)}, "
                + $"at most {MarginWords.Margin(metric, answer.Margin)} below any other.",
            $"The whole network reaches {metric.Number(whole)}.{better} "
                + $"{MarginWords.LosesAtMost(metric, answer.SmallestMargin!.Value, covered, answer.Alpha)} "
                + $"It takes {Share(share)} of the whole network's training cost."
        )
        {
            Answer = $"{Part(cheapest.Trained)}: that is enough",
        };
    }

    /// <summary>A cheaper rung is better than the whole network, but the walk did not reach it.</summary>
    /// <param name="target">The target.</param>
    /// <param name="best">What the rung trains, and its mean score.</param>
    /// <param name="whole">Mean score of the whole network.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="above">Its score minus that of the whole network.</param>
    /// <param name="share">Cost of the rung as a share of the whole network's.</param>
    public static FindingText Better(
        string target,
        (string Trained, double Score) best,
        double whole,
        Metric metric,
        Effect above,
        double share
    ) =>
        new(
            $"Training {Only(best.Trained)} beats the whole network on {target}: {metric.Number(best.Score)} against "
                + $"{metric.Number(whole)}.",
            $"The difference is {metric.Difference(above.Value)} ({EffectWords.Interval(metric, above.Interval())}). "
                + $"It takes {Share(share)} of the whole network's training cost."
        )
        {
            Answer = $"{Part(best.Trained)}: better than the whole network",
        };

    /// <summary>Training from scratch is better than training the whole network from P.</summary>
    /// <param name="target">The target.</param>
    /// <param name="scores">The mean scores of scratch and the whole network.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="above">The difference.</param>
    public static FindingText ScratchIsBetter(
        string target,
        (double Scratch, double Whole) scores,
        Metric metric,
        Effect above
    ) =>
        new(
            $"Training from scratch beats fine-tuning the whole network on {target}: {metric.Number(scores.Scratch)} "
                + $"against {metric.Number(scores.Whole)}.",
            $"The difference is {metric.Difference(above.Value)} ({EffectWords.Interval(metric, above.Interval())}).",
            $"Train from scratch: P is not needed for {metric.Name} on {target}."
        )
        {
            Answer = "All of it, from scratch: better than fine-tuning",
        };

    /// <summary>A cheaper rung is no worse than training from scratch either.</summary>
    public static string AlsoEnough(Metric metric, string trained, double margin) =>
        $"Training {Only(trained)} is at most {MarginWords.Margin(metric, margin)} below that and any other choice.";

    /// <summary>No cheaper rung is shown to be no worse.</summary>
    /// <param name="target">The target.</param>
    /// <param name="next">What the first rung of the walk trains.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="against">
    /// The score of that rung minus that of the whole network; null when all its runs diverged.
    /// </param>
    /// <param name="onValidation">Whether the answer and the difference are on validation images.</param>
    public static FindingText NoneShown(
        string target,
        string next,
        Metric metric,
        DepthAnswer answer,
        Effect? against,
        bool onValidation
    ) =>
        new(
            $"No cheaper choice is shown to be within {MarginWords.Margin(metric, answer.Margin)} of all others "
                + $"on {target}{MarginWords.Smallest(metric, answer.SmallestMargin)}.",
            against switch
            {
                null => $"All runs that train {Only(next)} diverged.",
                { IsNegative: true } => $"Training {Only(next)} loses {metric.Difference(-against.Value)} against the "
                    + $"whole network ({EffectWords.Interval(metric, against.Negated().Interval())}).",
                _ when against.IsNoWorse(answer.Margin) =>
                    $"Training {Only(next)} is within the margin of the whole network, but not of every other choice.",
                _ => $"Training {Only(next)} differs from the whole network by "
                    + $"{EffectWords.Signed(metric, against.Interval())}"
                    + $"{(onValidation ? "" : EffectWords.Decides(against, answer.Margin))}.",
            }
        )
        {
            Answer = "Undecided: no cheaper choice is shown to be enough",
        };

    /// <summary>What to do when nothing cheaper is shown to be no worse.</summary>
    /// <param name="train">How to train it.</param>
    /// <param name="onValidation">Whether validation images chose.</param>
    public static string TrainWhole(string train, bool onValidation) =>
        $"{train}; add seeds or {(onValidation ? "validation" : "test")} images to judge cheaper choices.";

    /// <summary>Which rung has the highest mean while nothing is shown.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="best">What the rung trains, and its mean test score.</param>
    /// <param name="whole">The mean test score of the whole network.</param>
    /// <param name="onValidation">Whether the mean is that of validation images.</param>
    public static string HighestMean(
        Metric metric,
        (string Trained, double Score) best,
        double whole,
        bool onValidation
    ) =>
        $"The highest mean on {(onValidation ? "validation" : "test")} images is that of {best.Trained}, not shown to "
        + $"be better: {metric.Number(best.Score)} against {metric.Number(whole)} on test images.";

    /// <summary>What to do when the best guess is not the whole network.</summary>
    /// <param name="train">How to train it.</param>
    public static string TrainHighest(string train) => $"{train}, the best so far; add seeds to confirm.";

    /// <summary>Validation images chose a cheaper rung, and the test images do not show it to be no worse.</summary>
    /// <param name="target">The target.</param>
    /// <param name="chosen">What the rung trains, and its mean test score.</param>
    /// <param name="whole">Mean test score of the whole network.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="against">The rung's test score minus that of the whole network.</param>
    public static FindingText NotConfirmed(
        string target,
        (string Trained, double Score) chosen,
        double whole,
        Metric metric,
        DepthAnswer answer,
        Effect against
    ) =>
        new(
            $"Training {Only(chosen.Trained)} is not confirmed to be enough on {target}: {metric.Number(chosen.Score)} "
                + $"against {metric.Number(whole)} of the whole network.",
            $"The test images do not show it to be within {MarginWords.Margin(metric, answer.Margin)} of all others"
                + $"{MarginWords.Smallest(metric, answer.SmallestMargin)}. It differs from the whole network by "
                + $"{EffectWords.Signed(metric, against.Interval())}{EffectWords.Decides(against, answer.Margin)}.",
            "Add test images or seeds before you train less than the whole network."
        )
        {
            Answer = $"{Part(chosen.Trained)} was chosen, but is not confirmed",
        };

    /// <summary>Which images made the choice.</summary>
    /// <param name="images">Number of validation images.</param>
    public static string ChosenOnValidation(int images) =>
        $"The choice was made on {images:N0} validation images; scores are those of the test images.";

    /// <summary>There is no cheaper rung.</summary>
    /// <param name="target">The target.</param>
    /// <param name="whole">Mean score of the whole network.</param>
    /// <param name="metric">The metric of the scores.</param>
    public static FindingText OnlyWhole(string target, double whole, Metric metric) =>
        new($"No cheaper choice than the whole network was measured on {target}: it reaches {metric.Number(whole)}.")
        {
            Answer = "Nothing cheaper than the whole network was measured",
        };

    /// <summary>Everything cheaper than the whole network is worse by more than the margin.</summary>
    /// <param name="target">The target.</param>
    /// <param name="whole">Mean score of the whole network.</param>
    /// <param name="next">What the best of the cheaper rungs trains.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="share">Cost of that rung as a share of the whole network's.</param>
    /// <param name="gain">How much better the whole network is.</param>
    /// <param name="isSameRate">Whether partly frozen runs have the learning rate of the whole network's.</param>
    public static FindingText Needed(
        string target,
        double whole,
        string next,
        Metric metric,
        double share,
        Effect gain,
        bool isSameRate
    )
    {
        var less = next.Replace(" and the head", " and head", StringComparison.Ordinal);
        return new(
            $"Whole-network training beats cheaper choices tried on {target}: {metric.Difference(gain.Value)} over "
                + $"{less} ({EffectWords.Interval(metric, gain.Interval())}).",
            $"It reaches {metric.Number(whole)}. "
                + $"Training {Only(next)} takes {Share(share)} of the whole network's training cost. "
                + $"Partly frozen runs used {(isSameRate ? "the same" : "another")} learning rate."
        )
        {
            Answer = "The whole network",
        };
    }

    /// <summary>What to do when everything cheaper is worse by more than the margin.</summary>
    /// <param name="train">How to train it.</param>
    /// <param name="cheaper">Number of cheaper choices, at least 1.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public static string TrainBest(string train, int cheaper, Metric metric, double margin)
    {
        var tried = cheaper switch
        {
            1 => "the cheaper choice tried loses",
            2 => "both cheaper choices tried lose",
            _ => "all cheaper choices tried lose",
        };
        return $"{train}: {tried} more than {MarginWords.Margin(metric, margin)}.";
    }

    /// <summary>The evidence that compares two rungs.</summary>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="compared">What the first rung trains.</param>
    /// <param name="best">What the best rung trains.</param>
    public static string Difference(Metric metric, string compared, string best) =>
        $"{metric.Name} after training {Only(compared)}, minus {metric.Name} after training {best}";

    /// <summary>How to train a rung.</summary>
    /// <param name="rung">Name of the rung.</param>
    /// <param name="trained">What it trains.</param>
    /// <param name="training">How it is trained.</param>
    public static string Train(string rung, string trained, TrainingSettings training) =>
        rung switch
        {
            DepthChoice.ProbeFirst => "Fit the head first, then train the whole network (head: probe)",
            DepthChoice.Decay => $"Train the whole network with layer_decay: {training.LayerDecay}",
            DepthChoice.NormHead => $"Train {trained} (adapt: norm_head)",
            DepthChoice.Lora =>
                $"Train {trained} (lora: {{rank: {training.Lora!.Rank}, alpha: {training.Lora.Alpha}}})",
            DepthChoice.Whole => "Train the whole network from P",
            DepthChoice.Scratch => "Train from scratch",
            DepthChoice.Head => "Train the head alone (freeze: backbone)",
            _ => $"Train {trained} (freeze: [{string.Join(", ", training.Freeze ?? [])}])",
        };

    /// <summary>Why the model of a rung is offered.</summary>
    /// <param name="trained">What the rung trains.</param>
    /// <param name="share">Its cost as a share of the whole network's.</param>
    /// <param name="metric">The metric of the scores.</param>
    /// <param name="margin">The margin by which it is no worse than any other; null where it is better than the whole
    /// network.</param>
    public static string Offered(string trained, double share, Metric metric, double? margin)
    {
        var verdict = margin is { } most
            ? $"at most {MarginWords.Margin(metric, most)} below any other choice"
            : "better than the whole network";
        return $"trains {trained} for {Share(share)} of the training cost, {verdict}";
    }

    /// <summary>No model is offered.</summary>
    /// <param name="target">The target.</param>
    public static string NoneOffered(string target) =>
        $"No partly frozen network is shown to be no worse than the others on {target}. Export the best run instead.";

    /// <summary>Runs of a rung diverged.</summary>
    /// <param name="target">The target.</param>
    /// <param name="trained">What the rung trains.</param>
    /// <param name="diverged">Number of its runs that diverged.</param>
    /// <param name="all">Number of its runs.</param>
    /// <param name="setting">The setting of its learning rate.</param>
    /// <param name="rate">Its learning rate.</param>
    public static FindingText Diverged(
        string target,
        string trained,
        int diverged,
        int all,
        string setting,
        double rate
    ) =>
        new(
            $"{diverged} of {all} runs that train {trained} on {target} diverged.",
            "They are left out of every mean.",
            $"Set {setting} below {rate}."
        );

    /// <summary>The first of several learning rates was followed.</summary>
    /// <param name="runs">The runs with several learning rates, and the rate followed.</param>
    public static string FirstRates(IEnumerable<(string Run, double Rate)> runs) =>
        "For runs with several learning rates, the first was used: "
        + $"{string.Join(" and ", runs.Select(run => $"{run.Rate} of {run.Run}"))}.";

    /// <summary>Validation images chose a learning rate for each rung.</summary>
    /// <param name="rungs">What each trains, and its rate.</param>
    public static string ChosenRates(IEnumerable<(string Trained, double Rate)> rungs) =>
        "Learning rates were chosen on validation images: "
        + $"{string.Join(", ", rungs.Select(rung => $"{rung.Rate} for {rung.Trained}"))}.";

    /// <summary>Caption of the chart.</summary>
    public static string Caption(string target, Metric metric, string covered) =>
        $"{Capitalized(metric.Name)} against training cost on {target}, by how much of the network is trained. "
        + $"Error bars show 95 % intervals over {covered}.";

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
        $"How much of the network is trained: {metrics}, and cost in multiply-accumulates of one run";

    /// <summary>Title of the table of runs.</summary>
    public static string RunsTitle(string metrics) =>
        $"All runs, with the 95 % bootstrap interval of their {metrics} over test images";

    // What a rung trains, at the start of an answer; a part with many names has no room there.
    private static string Part(string trained) =>
        trained.Split(' ').Length > MostWords ? "A part of the network"
        : trained.StartsWith("the ", StringComparison.Ordinal) ? Capitalized(trained)
        : $"Only {trained}";

    // What a partly frozen rung trains, so that "layer3 and the head" is not read as what it is compared with.
    private static string Only(string trained) =>
        trained.StartsWith("the ", StringComparison.Ordinal) ? trained : $"only {trained}";

    private static string Share(double share) => $"{100 * share:0} %";

    private static string Capitalized(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
