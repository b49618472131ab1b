using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Findings;

/// <summary>What sentences claim, beyond quoting evidence: which side is better, and which number is whose.</summary>
internal static class SentenceRules
{
    private const string Number = @"([-+]?[\d,]*\.?\d+)";

    private static readonly (string Sentence, Func<StudyNumbers, GroupCollection, bool> Holds)[] All =
    [
        ($"^Pretraining (helps|hurts) on .+: (.+) ends {Number} points (above|below) (.+)\\.$", (n, g) =>
            n.Group(g[2].Value).All(run => (string?)run["init"] == "pretrained")
            && n.Group(g[5].Value).All(run => (string?)run["init"] == "random")
            && n.Score(g[2].Value)! is var first
            && n.Score(g[5].Value)! is var second
            && n.Possible(g[2].Value).IsApartFrom(n.Possible(g[5].Value))
            && (first.Value > second.Value) == (g[1].Value == "helps")
            && (g[1].Value == "helps") == (g[4].Value == "above")
            && Rounds(g[3], 100 * Math.Abs(first.Value - second.Value))
        ),
        ($"^No difference detected on .+: .+ and .+ end {Number} points apart", (n, g) =>
            Best(n, "pretrained") is var first
            && Best(n, "random") is var second
            && !StudyNumbers.Possible(first.Group).IsApartFrom(StudyNumbers.Possible(second.Group))
            && Rounds(g[1], 100 * Math.Abs(first.Mean - second.Mean))
        ),
        ($"^The gain from pretraining on .+ depends on features: {Number} points on whole images", (n, g) =>
            n.Gain(n.Whole).Low > 0 && n.Gain("1").Low <= 0 && Rounds(g[1], 100 * n.Gain(n.Whole).Value)
        ),
        (
            $"^Pretraining adds {Number} points on .+: {Number} from low-level statistics, {Number} from feature reuse",
            (n, g) =>
                n.Gain(n.Whole).Low > 0
                && n.Gain("1").Low > 0
                && Rounds(g[1], 100 * n.Gain(n.Whole).Value)
                && Rounds(g[2], 100 * n.Gain("1").Value)
                && Rounds(g[3], 100 * n.Gain(n.Whole).Minus(n.Gain("1")).Value)
        ),
        (
            $"^No gain from pretraining detected on whole images of .+: {Number} points \\({Number} to {Number}\\)",
            (n, g) =>
                n.Gain(n.Whole) is { Low: <= 0, High: >= 0 } gain
                && Rounds(g[1], 100 * gain.Value)
                && Rounds(g[2], 100 * gain.Low!.Value)
                && Rounds(g[3], 100 * gain.High!.Value)
        ),
        ($"^Pretraining learned nothing detectable: P reaches {Number} %", (n, g) =>
            n.Source(n.Sweep["checkpoints"]!.AsArray().Max(one => (int)one!["epoch"]!)) is var last
            && !(bool)last["learned"]!
            && Rounds(g[1], 100 * (double)last["accuracy"]!)
        ),
        ("^Pretraining does not help on whole images of", (n, g) => n.Gain(n.Whole).High < 0),
        ($"^Fine-tuned models share (more|fewer) mistakes on .+error consistency {Number} against {Number}", (n, g) =>
            Consistency(n, "P-T") is var first
            && Consistency(n, "RI-T") is var second
            && (first > second) == (g[1].Value == "more")
            && Rounds(g[2], first)
            && Rounds(g[3], second)
        ),
        ("^Fine-tuned models make (fewer|more) mistakes on", (n, g) =>
            n.Mixed("mistakes")
                .All(pair =>
                    (double)pair["mcnemar"]!["p"]! < 0.05
                    && (
                        (int)pair["onlyFirst"]!["count"]! < (int)pair["onlySecond"]!["count"]!
                        == (n.InitOf((string)pair["first"]!) == "pretrained")
                    ) == (g[1].Value == "fewer")
                )
        ),
        ($"^No gain detected for the best ensemble on .+: {Number} points (above|below) its better member", (n, g) =>
            n.Of("mistakes")
                .GroupBy(pair => n.InitOf((string)pair["first"]!) + n.InitOf((string)pair["second"]!))
                .Any(kind =>
                    kind.Average(pair => (double)pair["ensemble"]!["gain"]!["value"]!) is var gain
                    && Rounds(g[1], 100 * Math.Abs(gain))
                    && (gain < 0) == (g[2].Value == "below")
                )
        ),
        (
            $"^Fine-tuned models are (not )?closer to each other on .+ \\({Number}\\) "
                + $"than models trained from scratch \\({Number}\\)",
            (n, g) =>
                Mean(n, "parameter_distance", "P-T", pair => (double)pair["total"]!) is var first
                && Mean(n, "parameter_distance", "RI-T", pair => (double)pair["total"]!) is var second
                && (first < second) != g[1].Success
                && Rounds(g[2], first)
                && Rounds(g[3], second)
        ),
        ($"^Accuracy barrier between (.+) runs on .+: (?:mean )?{Number} points", (n, g) =>
            Rounds(
                g[2],
                100
                    * n.Kind("performance_barrier", $"{g[1].Value} & {g[1].Value}")
                        .Average(pair => StudyNumbers.Barrier(pair, "accuracy")!.Value)
            )
        ),
        ($"^(.+?) runs on .+ share a basin: no accuracy barrier detected \\((?:at most )?{Number} points", (n, g) =>
            Rounds(
                g[2],
                100
                    * n.Kind("performance_barrier", $"{g[1].Value} & {g[1].Value}")
                        .Max(pair => StudyNumbers.Barrier(pair, "accuracy")!.Value)
            )
        ),
        (
            $"^Barriers on .+ are (smaller|larger) between fine-tuned runs \\({Number} points\\) "
                + $"than between runs trained from scratch \\({Number}\\)",
            (n, g) =>
                Mean(n, "performance_barrier", "P-T", Barrier) is var first
                && Mean(n, "performance_barrier", "RI-T", Barrier) is var second
                && (second > first) == (g[1].Value == "smaller")
                && Rounds(g[2], 100 * first)
                && Rounds(g[3], 100 * second)
        ),
        (
            $"^No difference detected on .+ between barriers of fine-tuned runs \\({Number} points\\) "
                + $"and runs trained from scratch \\({Number}\\)",
            (n, g) =>
                Rounds(g[1], 100 * Mean(n, "performance_barrier", "P-T", Barrier))
                && Rounds(g[2], 100 * Mean(n, "performance_barrier", "RI-T", Barrier))
        ),
        (
            $"^Averaging (\\d+) (.+) runs on .+ (gains|loses) {Number} points .+\\(95 % CI {Number} to {Number}\\)",
            (n, g) =>
                EvidenceRules.Soup(n, g[2].Value) is var soup
                && Stated.Of(soup["gainOverMean"])! is var gain
                && (g[3].Value == "gains" ? gain.Low > 0 : gain.High < 0)
                && n.Soup(g[2].Value)["members"]!.AsArray().Count == int.Parse(g[1].Value, CultureInfo.InvariantCulture)
                && Rounds(g[4], 100 * Math.Abs(gain.Value))
                && Rounds(g[5], 100 * (g[3].Value == "gains" ? gain.Low!.Value : -gain.High!.Value))
                && Rounds(g[6], 100 * (g[3].Value == "gains" ? gain.High!.Value : -gain.Low!.Value))
        ),
        (
            $"^No gain or loss detected from averaging \\d+ (.+) runs on .+ "
                + $"\\({Number} points, 95 % CI {Number} to {Number}\\)",
            (n, g) =>
                EvidenceRules.Soup(n, g[1].Value) is var soup
                && Stated.Of(soup["gainOverMean"]) is { Low: <= 0, High: >= 0 } gain
                && Rounds(g[2], 100 * gain.Value)
                && Rounds(g[3], 100 * gain.Low!.Value)
                && Rounds(g[4], 100 * gain.High!.Value)
        ),
        ($"^Epoch (\\d+) of (\\d+) is enough for .+: {Number} % against {Number} % from the last", (n, g) =>
            Swept(n, g[1]) is var found
            && Swept(n, g[2]) is var last
            && (found.High ?? found.Value) >= (last.Low ?? last.Value)
            && Rounds(g[3], 100 * found.Value)
            && Rounds(g[4], 100 * last.Value)
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

    private static (IEnumerable<JsonNode> Group, double Mean) Best(StudyNumbers numbers, string init) =>
        numbers
            .Runs.Where(run => (string?)run["init"] == init && (string?)run["status"] != "diverged")
            .GroupBy(run => ((string)run["run"]!, (double)run["learningRate"]!))
            .Select(group => ((IEnumerable<JsonNode>)group, group.Average(run => (double)run["accuracy"]!)))
            .MaxBy(group => group.Item2);

    private static double Mean(StudyNumbers numbers, string analysis, string kind, Func<JsonNode, double> of) =>
        numbers.Alike(analysis, kind).Where(pair => (bool?)pair["learned"] != false).Average(of);

    private static double Barrier(JsonNode pair) => StudyNumbers.Barrier(pair, "accuracy")!.Value;

    private static double Consistency(StudyNumbers numbers, string kind) =>
        numbers
            .Alike("mistakes", kind)
            .Select(pair => (double?)pair["errorConsistency"]?["value"])
            .OfType<double>()
            .Average();

    private static Stated Swept(StudyNumbers numbers, Group epoch) =>
        numbers.Swept(int.Parse(epoch.Value, CultureInfo.InvariantCulture))!;
}
