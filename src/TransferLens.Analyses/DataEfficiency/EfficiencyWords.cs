using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>Builds this analysis's texts from its numbers.</summary>
internal static class EfficiencyWords
{
    /// <summary>What the probe is called.</summary>
    public const string Probe = "probe of P";

    public const string Definition =
        "Nested stratified subsets of the training images: a smaller one is part of every larger one. Fine-tuning from "
        + "P, training from random weights and a probe of P learn from each, and all are measured on all test images. "
        + "Pretraining is worth x times the images where training from random weights on x n images is as good as "
        + "fine-tuning on n, interpolated on log n. Its 95 % interval contains each x at which the two do not differ "
        + "beyond their uncertainty over seeds, which also choose the subsets, and test images. The probe is logistic "
        + "regression on P's last features, with C chosen on a held-out fifth of the subset.";

    public const string Source =
        "Hernandez et al. 2021, Scaling laws for transfer (effective data transferred); inversion of the test: "
        + "Fieller 1954";

    /// <summary>Limits of the numbers.</summary>
    public static readonly ImmutableArray<string> Caveats =
    [
        "Beyond the images that there are, nothing is extrapolated: \"more than\" is all that can be said.",
        "Learning rate, weight decay and schedule are those of the study for every number of images. Small sets may "
            + "need others, above all from random weights.",
        "A curve that falls with more images is read at the first number of images where it is as good.",
    ];

    /// <summary>A share of the images: <c>6.25 % of the images</c>.</summary>
    public static string Share(double share) =>
        share == 1
            ? "all images"
            : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.####} % of the images");

    /// <summary>The settings as text.</summary>
    public static string Settings(EfficiencySettings settings, EfficiencyTarget target)
    {
        var equal =
            settings.Equal == EqualTraining.Steps
                ? "the same number of steps for each (images of a subset are repeated)"
                : "the same number of epochs for each";
        var shares = string.Join(
            ", ",
            settings.AllShares.Select(share => string.Create(CultureInfo.InvariantCulture, $"{share:0.####}"))
        );
        var rates = target.ChosenOnValidation
            ? "; each start at its best learning rate for each number, chosen on validation images"
            : $"; {Rate(target.Points[^1].Pretrained)} and {Rate(target.Points[^1].Random)}";
        return $"shares {shares}; {equal}{rates}";
    }

    /// <summary>That the study lacks a run.</summary>
    public static string NoRun(bool fromP, string setting, string? name)
    {
        var start = fromP ? "P" : "random weights";
        return name is null
            ? $"analyses.data_efficiency compares runs from P with runs from random weights, but no run starts from "
                + $"{start}; add one to runs, or remove the analysis."
            : $"analyses.data_efficiency.{setting} is {name}, but no run of that name starts from {start}; name one "
                + "that does, or remove the setting.";
    }

    public static string Headline(EfficiencyTarget target, EfficiencyPoint point)
    {
        var (worth, metric) = (point.Worth!, target.Metric);
        var all = target.Points[^1];
        if (worth.Times is { } times)
        {
            return $"Pretraining is worth {Times(times)} times the images on {target.Target} at "
                + $"{Images(point)} ({Interval(worth)}).";
        }

        return worth.IsMoreThanAll
            ? $"Pretraining is worth more than {Times(worth.Largest)} times the images on {target.Target}: "
                + $"{point.Pretrained.Label} on {point.Images:N0} beats {all.Random.Label} on {all.Images:N0}."
            : $"No saving in images detected on {target.Target}: at {Images(point)} the 95 % CI of the gain is "
                + $"{EffectWords.Signed(metric, worth.AtEqual.Interval())}.";
    }

    /// <summary>How many images pretraining is worth, for the table of answers.</summary>
    public static string Answer(ImageWorth worth) =>
        worth switch
        {
            { Times: { } times } => $"{Times(times)} times as many",
            { IsMoreThanAll: true } => $"More than {Times(worth.Largest)} times as many",
            _ => "No saving detected",
        };

    public static string Detail(EfficiencyTarget target, EfficiencyPoint point)
    {
        var (worth, metric) = (point.Worth!, target.Metric);
        var all = target.Points[^1];
        string?[] sentences =
        [
            $"On {Images(point)}, {Score(point.Pretrained, metric)} and {Score(point.Random, metric)}.",
            point == all
                ? null
                : $"On all {all.Images:N0}, {Score(all.Pretrained, metric)} and " + $"{Score(all.Random, metric)}.",
            worth.Times is null && worth.IsMoreThanAll
                ? $"The difference is {metric.Difference(worth.AgainstAll.Value)} "
                    + $"({EffectWords.Interval(metric, worth.AgainstAll.Interval())})."
                : null,
            target.Equal == EqualTraining.Steps ? null : "Fewer images also mean fewer steps.",
            EffectWords.LeavesOut(worth.AtEqual),
        ];
        return string.Join(' ', sentences.OfType<string>());
    }

    public static string Action(EfficiencyTarget target, EfficiencyPoint point) =>
        point.Worth switch
        {
            { IsMoreThanAll: true } or { Times: > 1, Low: > 1 } =>
                $"Start from P on {target.Target}: it saves labelling images.",
            { Times: < 1, High: < 1 } => $"Start from random weights on {target.Target}.",
            { } worth => $"Use {EffectWords.More(worth.AtEqual)} to judge what P saves on {target.Target}.",
            null => $"Repeat the runs on {target.Target}.",
        };

    public static string ProbeHeadline(EfficiencyTarget target, EfficiencyPoint point, Effect effect)
    {
        var metric = target.Metric;
        return effect switch
        {
            { IsPositive: true } when point == target.Points[^1] =>
                $"Fine-tuning beats the probe on {target.Target} on all {point.Images:N0} images: by "
                    + $"{metric.Difference(effect.Value)} ({EffectWords.Interval(metric, effect.Interval())}).",
            { IsPositive: true } => $"Fine-tuning beats the probe on {target.Target} from {Images(point)} on: by "
                + $"{metric.Difference(effect.Value)} ({EffectWords.Interval(metric, effect.Interval())}).",
            { IsNegative: true } =>
                $"The probe beats fine-tuning on {target.Target} even on all {point.Images:N0} images: by "
                    + $"{metric.Difference(-effect.Value)} "
                    + $"({EffectWords.Interval(metric, effect.Negated().Interval())}).",
            _ => $"Fine-tuning is not shown to beat the probe on {target.Target} (95 % CI "
                + $"{EffectWords.Signed(metric, effect.Interval())} on all images).",
        };
    }

    public static string? ProbeDetail(EfficiencyTarget target, EfficiencyPoint point)
    {
        var at = target.Points.IndexOf(point);
        var fewer = at > 0 ? target.Points[at - 1] : null;
        var scores =
            point.Pretrained.Mean is { } tuned && point.Probe?.Mean is { } probe
                ? $"On {Images(point)}: {target.Metric.Number(tuned.Value)} against "
                    + $"{target.Metric.Number(probe.Value)}."
                : null;
        return fewer?.AgainstProbe is { } below
            ? $"{scores} On {Images(fewer)} the 95 % CI of the difference is "
                + $"{EffectWords.Signed(target.Metric, below.Interval())}."
            : scores;
    }

    public static string ProbeAction(EfficiencyTarget target) =>
        target.BeatsProbe switch
        {
            null => $"Try the probe first on {target.Target}: it costs one pass over the images.",
            var point when point == target.Points[0] => $"Fine-tune on {target.Target} whatever the number of images.",
            var point when FallsBelow(target, point) =>
                $"Fine-tune from {Images(point)} on; with fewer, try the probe first.",
            var point => $"Fine-tune on {target.Target}; below {Images(point)} more seeds would decide.",
        };

    // Whether the probe has the higher mean on fewer images.
    private static bool FallsBelow(EfficiencyTarget target, EfficiencyPoint point) =>
        target.Points.TakeWhile(one => one != point).Any(one => one.AgainstProbe is { Value: < 0 });

    public static string TimesName(EfficiencyPoint point) =>
        $"times as many images from random weights, at {Images(point)}";

    public static string GainName(EfficiencyPoint point) => $"gain of pretraining on {Images(point)}";

    public static string AgainstAllName(EfficiencyPoint point, EfficiencyPoint all) =>
        $"{point.Pretrained.Label} on {point.Images:N0} minus {all.Random.Label} on {all.Images:N0} images";

    public static string AgainstProbeName(EfficiencyPoint point) => $"fine-tuning minus the probe on {Images(point)}";

    public static string ScoreName(EfficiencySide side, EfficiencyPoint point, Metric metric) =>
        $"{side.Label} test {metric.Name} on {Images(point)}";

    public static string Caption(EfficiencyTarget target) =>
        $"Test {target.Metric.Name} over the number of training images of {target.Target}; bands are 95 % intervals "
        + "over seeds and test images.";

    public static string InWords(EfficiencyTarget target)
    {
        var texts = target.Points.Select(point =>
            $"{point.Images:N0} images: {string.Join(", ", Sides(point).Select(side => Score(side, target.Metric)))}"
        );
        return $"{string.Join("; ", texts)}.";
    }

    public static string Table(Metric metric) =>
        $"{char.ToUpperInvariant(metric.Plural[0])}{metric.Plural[1..]} by number of training images. \"worth\" is how "
        + "many times as many images training from random weights needs.";

    /// <summary>The ways to train, the probe last where there is one.</summary>
    public static IEnumerable<EfficiencySide> Sides(EfficiencyPoint point) =>
        new[] { point.Pretrained, point.Random, point.Probe }.OfType<EfficiencySide>();

    private static string Score(EfficiencySide side, Metric metric) =>
        side.Mean is { } mean
            ? $"{side.Label} reaches {metric.Number(mean.Value)}"
            : $"all runs of {side.Label} diverged";

    private static string Rate(EfficiencySide side) =>
        string.Create(CultureInfo.InvariantCulture, $"{side.Label} at learning rate {side.LearningRate}");

    private static string Images(EfficiencyPoint point) => $"{point.Images:N0} images";

    private static string Interval(ImageWorth worth) =>
        (worth.Low, worth.High) switch
        {
            ({ } low, { } high) => $"95 % CI {Times(low)} to {Times(high)}",
            ({ } low, null) => $"95 % CI {Times(low)} to more than {Times(worth.Largest)}",
            (null, { } high) => $"95 % CI less than {Times(worth.Smallest)} to {Times(high)}",
            _ => "95 % CI open at both ends",
        };

    // Two digits: the number is read off an interpolated curve.
    private static string Times(double times) => times.ToString(times < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
