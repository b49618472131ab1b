using System.Globalization;
using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Findings;

/// <summary>What sentences claim, beyond quoting evidence: which side is better, and which number is whose.</summary>
internal static class SentenceRules
{
    private const string Number = @"([-+]?[\d,]*\.?\d+)";

    private const string Interval = $"\\(95 % CI {Number} to {Number}\\)";

    private static readonly (string Sentence, Func<StudyNumbers, GroupCollection, bool> Holds)[] All =
    [
        ($"^Pretraining (helps|hurts) on .+: (.+) ends {Number} points (above|below) (.+) {Interval}\\.$", (n, g) =>
            n.Group(g[2].Value).All(run => (string?)run["init"] == "pretrained")
            && n.Group(g[5].Value).All(run => (string?)run["init"] == "random")
            && n.GainEffect(g[2].Value, g[5].Value) is var gain
            && Rounds(g[3], 100 * Math.Abs(n.Score(g[2].Value)!.Value - n.Score(g[5].Value)!.Value))
            && (gain.Value > 0) == (g[1].Value == "helps")
            && (g[1].Value == "helps") == (g[4].Value == "above")
            && Excludes(gain, g[6], g[7])
        ),
        ($"^No gain detected on .+: (.+) minus (.+) is between {Number} and {Number} points", (n, g) =>
            n.GainEffect(g[1].Value, g[2].Value) is { Low: <= 0, High: >= 0 } gain
            && Rounds(g[3], 100 * gain.Low!.Value)
            && Rounds(g[4], 100 * gain.High!.Value)
        ),
        ($"^Feature reuse contributes {Number} points on .+ {Interval}(\\.|; with all)", (n, g) =>
            Rounds(g[1], 100 * (n.Gain(n.Whole) - n.Gain("1")))
            && n.Split("gain") is { Low: > 0 }
            && Excludes(n.Split("featureReuse"), g[2], g[3])
            && n.Split("lowLevelStatistics") is var left
            && (g[4].Value == "." ? left is { Low: <= 0, High: >= 0 } : left.High < 0)
        ),
        ($"^Low-level statistics contribute {Number} points on .+ {Interval}\\.", (n, g) =>
            Rounds(g[1], 100 * n.Gain("1"))
            && Excludes(n.Split("lowLevelStatistics"), g[2], g[3])
            && n.Split("featureReuse") is { Low: <= 0, High: >= 0 }
        ),
        (
            $"^Pretraining adds {Number} points on .+: {Number} from low-level statistics, {Number} from feature reuse",
            (n, g) =>
                n.Split("lowLevelStatistics") is { Low: > 0 }
                && n.Split("featureReuse") is { Low: > 0 }
                && Rounds(g[1], 100 * n.Gain(n.Whole))
                && Rounds(g[2], 100 * n.Gain("1"))
                && Rounds(g[3], 100 * (n.Gain(n.Whole) - n.Gain("1")))
        ),
        ($"^No gain from pretraining detected on whole images of .+: {Number} points {Interval}", (n, g) =>
            n.Split("gain") is { Low: <= 0, High: >= 0 } gain
            && Rounds(g[1], 100 * n.Gain(n.Whole))
            && Rounds(g[2], 100 * gain.Low!.Value)
            && Rounds(g[3], 100 * gain.High!.Value)
        ),
        ($"^Low-level statistics speed up training on .+: {Number} points {Interval}\\.$", (n, g) =>
            n.SpeedGain("1") is { Low: > 0 } gain && Rounds(g[1], 100 * gain.Value) && Excludes(gain, g[2], g[3])
        ),
        ($"^No change in training speed detected on .+ \\(95 % CI {Number} to {Number} points\\)\\.$", (n, g) =>
            n.SpeedGain("1") is { Low: <= 0, High: >= 0 } gain
            && Rounds(g[1], 100 * gain.Low!.Value)
            && Rounds(g[2], 100 * gain.High!.Value)
        ),
        ($"^Pretraining learned nothing detectable: P reaches {Number} %", (n, g) =>
            n.Source(n.Sweep["checkpoints"]!.AsArray().Max(one => (int)one!["epoch"]!)) is var last
            && !(bool)last["learned"]!
            && Rounds(g[1], 100 * (double)last["accuracy"]!)
        ),
        ($"^Pretraining costs {Number} points on whole images of .+ {Interval}", (n, g) =>
            n.Split("gain") is { High: < 0 }
            && Rounds(g[1], -100 * n.Gain(n.Whole))
            && double.Parse(g[2].Value, CultureInfo.InvariantCulture) > 0
        ),
        ($"^Fine-tuned models share (more|fewer) mistakes on .+ \\({Number} error consistency", (n, g) =>
            n.Consistency("P-T")!.Value - n.Consistency("RI-T")!.Value is var more
            && (more > 0) == (g[1].Value == "more")
            && Rounds(g[2], more)
        ),
        ($"^No difference in error consistency detected on .+ \\(95 % CI {Number} to {Number}\\)\\.$", (n, g) =>
            n.Consistency("P-T")!.Value - n.Consistency("RI-T")!.Value is var more
            && double.Parse(g[1].Value, CultureInfo.InvariantCulture) - 0.005 <= more
            && more <= double.Parse(g[2].Value, CultureInfo.InvariantCulture) + 0.005
        ),
        (
            $"^The relative drop on .+ is {Number} percentage points (smaller|larger) on blocks of (\\d+|channels) ",
            (n, g) =>
                n.RelativeDrop(g[3].Value) - n.RelativeDrop(n.Whole) is var change
                && (change < 0) == (g[2].Value == "smaller")
                && Rounds(g[1], Math.Abs(change))
        ),
        ($"^Fine-tuned models make (fewer|more) mistakes on .+ \\({Number} points", (n, g) =>
            n.Score("P-T")!.Value - n.Score("RI-T")!.Value is var gain
            && (gain > 0) == (g[1].Value == "fewer")
            && Rounds(g[2], 100 * Math.Abs(gain))
        ),
        (
            $"^Ensembling (helps|hurts) on .+: (.+) pairs (gain|lose) {Number} points (over|to) their mean {Interval}",
            (n, g) =>
                n.EnsembleGain(g[2].Value) is var gain
                && (gain > 0) == (g[1].Value == "helps")
                && (g[1].Value == "helps") == (g[3].Value == "gain")
                && Rounds(g[4], 100 * Math.Abs(gain))
        ),
        (
            $"^(P-T|RI-T) runs end {Number} apart and began (together|{Number} apart); "
                + $"(P-T|RI-T) runs end {Number} apart and began (together|{Number} apart)",
            (n, g) =>
                Rounds(g[2], n.Distance(g[1].Value, "body")!.Value)
                && Rounds(g[6], n.Distance(g[5].Value, "body")!.Value)
                && Began(g[3], g[4], n.Distance(g[1].Value, "began")!.Value)
                && Began(g[7], g[8], n.Distance(g[5].Value, "began")!.Value)
        ),
        ($"^Accuracy barrier between (.+) runs on .+: {Number} points {Interval}", (n, g) =>
            n.MeanBarrier($"{g[1].Value} & {g[1].Value}", "accuracy") is var barrier
            && Rounds(g[2], 100 * barrier)
            && double.Parse(g[3].Value, CultureInfo.InvariantCulture) <= 100 * barrier
            && 100 * barrier <= double.Parse(g[4].Value, CultureInfo.InvariantCulture) + 0.05
        ),
        ($"^Uncertain accuracy barrier between (.+) runs on .+: {Number} points {Interval}", (n, g) =>
            n.MeanBarrier($"{g[1].Value} & {g[1].Value}", "accuracy") is > 0.01 and var barrier
            && Rounds(g[2], 100 * barrier)
            && double.Parse(g[3].Value, CultureInfo.InvariantCulture) == 0
            && 100 * barrier <= double.Parse(g[4].Value, CultureInfo.InvariantCulture) + 0.05
        ),
        (
            $"^No accuracy barrier detected between (.+) runs on .+ "
                + $"\\({Number} points, 95 % CI {Number} to {Number}\\)",
            (n, g) =>
                Rounds(g[2], 100 * n.MeanBarrier($"{g[1].Value} & {g[1].Value}", "accuracy"))
                && n.MeanBarrier($"{g[1].Value} & {g[1].Value}", "accuracy") < 0.0100001
                && double.Parse(g[3].Value, CultureInfo.InvariantCulture) == 0
                && double.Parse(g[2].Value, CultureInfo.InvariantCulture)
                    <= double.Parse(g[4].Value, CultureInfo.InvariantCulture)
        ),
        ($"^(P-T|RI-T) barriers on .+ are {Number} points (smaller|larger) than (P-T|RI-T) ", (n, g) =>
            n.MeanBarrier($"{g[4].Value} & {g[4].Value}", "accuracy")
                - n.MeanBarrier($"{g[1].Value} & {g[1].Value}", "accuracy")
                is var less
            && (less > 0) == (g[3].Value == "smaller")
            && Rounds(g[2], 100 * Math.Abs(less))
        ),
        ($"^Averaging (\\d+) (.+) runs on .+ (gains|loses) {Number} points .+{Interval}", (n, g) =>
            n.SoupGain(g[2].Value) is var gain
            && (gain.Value > 0) == (g[3].Value == "gains")
            && n.Soup(g[2].Value)["members"]!.AsArray().Count == int.Parse(g[1].Value, CultureInfo.InvariantCulture)
            && Rounds(g[4], 100 * Math.Abs(gain.Value))
            && Excludes(gain, g[5], g[6])
        ),
        (
            $"^No gain or loss detected from averaging \\d+ (.+) runs on .+ "
                + $"\\({Number} points, 95 % CI {Number} to {Number}\\)",
            (n, g) =>
                n.SoupGain(g[1].Value) is { Low: <= 0, High: >= 0 } gain
                && Rounds(g[2], 100 * gain.Value)
                && Rounds(g[3], 100 * gain.Low!.Value)
                && Rounds(g[4], 100 * gain.High!.Value)
        ),
        (
            $"^Epoch (\\d+) of (\\d+) is enough for .+: {Number} % against {Number} %, at most {Number} points? worse",
            (n, g) =>
                Swept(n, g[1]) is var found
                && Swept(n, g[2]) is var last
                && Integer(g[1]) == (int)n.Sweep["earliestEpoch"]!
                && Rounds(g[3], 100 * found.Value)
                && Rounds(g[4], 100 * last.Value)
        ),
        ("^No earlier epoch is shown at most", (n, _) =>
            (int)n.Sweep["earliestEpoch"]! == n.Sweep["checkpoints"]!.AsArray().Max(one => (int)one!["epoch"]!)
        ),
    ];

    /// <summary>Whether a sentence is true; null when no rule is for it.</summary>
    public static bool? Of(string sentence, StudyNumbers numbers)
    {
        foreach (var rule in All)
        {
            if (Regex.Match(sentence, rule.Sentence) is { Success: true } match)
            {
                try
                {
                    return rule.Holds(numbers, match.Groups);
                }
                catch (Exception failure) when (failure is InvalidOperationException or NullReferenceException)
                {
                    return false; // it speaks of what is not there
                }
            }
        }

        return null;
    }

    /// <summary>Whether what stands there is the rounding of a number, sign included where it is printed.</summary>
    private static bool Rounds(Group text, double number) => Rounds(text.Value, number);

    internal static bool Rounds(string text, double number)
    {
        var digits = text.Contains('.', StringComparison.Ordinal)
            ? text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1
            : 0;
        return Math.Abs(double.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture) - number)
            <= (0.5 * Math.Pow(10, -digits)) + 1e-9;
    }

    internal static bool RoundsUp(string text, double number)
    {
        var digits = text.Contains('.', StringComparison.Ordinal)
            ? text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1
            : 0;
        var above = double.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture) - number;
        return above >= -1e-9 && above < Math.Pow(10, -digits);
    }

    // An interval that does not contain 0, as it is quoted: of a loss, the amounts.
    private static bool Excludes(Stated effect, Group low, Group high) =>
        effect.Low > 0
            ? Rounds(low, 100 * effect.Low.Value) && Rounds(high, 100 * effect.High!.Value)
            : effect.High < 0 && Rounds(low, -100 * effect.High.Value) && Rounds(high, -100 * effect.Low!.Value);

    private static bool Began(Group words, Group apart, double distance) =>
        words.Value == "together" ? distance < 1e-6 : Rounds(apart, distance);

    private static int Integer(Group text) => int.Parse(text.Value, CultureInfo.InvariantCulture);

    private static Stated Swept(StudyNumbers numbers, Group epoch) => numbers.Swept(Integer(epoch))!;
}
