using System.Globalization;
using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Findings;

/// <summary>By what rule each piece of evidence follows from <c>results.json</c>; the first rule whose name fits holds.</summary>
internal static class EvidenceRules
{
    /// <summary>Appended to a name when there are several seeds, pairs or trainings.</summary>
    private const string Several = @"(?:, mean and range of \d+ (?:seeds|pairs|runs|trainings))?";

    private static readonly (string Analysis, string Name, Func<StudyNumbers, GroupCollection, Stated?> Rule)[] All =
    [
        ("learning_curves", $"(.+?) test accuracy{Several}", (n, g) => n.Score(g[1].Value)),
        ("learning_curves", "(.+) test accuracy, 95 % bootstrap interval over test images", (n, g) =>
            n.Training(g[1].Value)
        ),
        ("feature_reuse", "gain on whole images, P-T over RI-T", (n, g) => n.Gain(n.Whole)),
        ("feature_reuse", "gain at b = 1: low-level statistics", (n, g) => n.Gain("1")),
        ("feature_reuse", "remainder of the gain: feature reuse", (n, g) => n.Gain(n.Whole).Minus(n.Gain("1"))),
        ("feature_reuse", "relative drop, whole images", (n, g) => n.RelativeDrop(n.Whole)),
        ("feature_reuse", "relative drop, blocks of (.+)", (n, g) => n.RelativeDrop(g[1].Value)),
        ("feature_reuse", "(.+) test accuracy, blocks of (.+)", (n, g) => n.Shuffled(g[1].Value, g[2].Value)),
        ("mistakes", $"error consistency of two (P-T|RI-T) runs{Several}", (n, g) =>
            Stated.Of(n.Alike("mistakes", g[1].Value).Select(pair => (double?)pair["errorConsistency"]?["value"]))
        ),
        ("mistakes", "error consistency of two (P-T|RI-T) runs, 95 % bootstrap interval over test images", (n, g) =>
            Stated.Of(n.Alike("mistakes", g[1].Value).Single()["errorConsistency"])
        ),
        ("mistakes", $"mistakes made by both of two (P-T|RI-T) runs, as a share of .+?{Several}", (n, g) => Stated.Of(
                n.Alike("mistakes", g[1].Value)
                    .Select(pair =>
                    {
                        var wrong = (int)pair["examples"]! - (int)pair["bothCorrect"]!["count"]!;
                        return wrong == 0 ? null : (double?)(100.0 * (int)pair["common"]!["count"]! / wrong);
                    })
            )),
        ("mistakes", "smallest p of McNemar's exact test, .*|p of McNemar's exact test", (n, g) =>
            new(n.Mixed("mistakes").Min(pair => (double)pair["mcnemar"]!["p"]!))
        ),
        ("mistakes", "largest p", (n, g) => new(n.Mixed("mistakes").Max(pair => (double)pair["mcnemar"]!["p"]!))),
        ("mistakes", $"error rate of (P-T|RI-T) minus that of (P-T|RI-T){Several}", (n, g) =>
            Stated.Of(
                n.Mixed("mistakes")
                    .Select(pair =>
                    {
                        var gap =
                            100.0
                            * ((int)pair["onlyFirst"]!["count"]! - (int)pair["onlySecond"]!["count"]!)
                            / (int)pair["examples"]!;
                        return (double?)(
                            n.InitOf((string)pair["first"]!) == StudyNumbers.Init(g[1].Value) ? gap : -gap
                        );
                    })
            )
        ),
        ("mistakes", $"gain of the (.+) ensemble over its better member{Several}", (n, g) =>
            Stated.Of(n.Kind("mistakes", g[1].Value).Select(pair => (double?)pair["ensemble"]!["gain"]!["value"]))
        ),
        ("mistakes", $"accuracy of the (.+) ensemble{Several}", (n, g) =>
            Stated.Of(n.Kind("mistakes", g[1].Value).Select(pair => (double?)pair["ensemble"]!["accuracy"]!["value"]))
        ),
        ("parameter_distance", $"distance between (P-T|RI-T) runs{Several}", (n, g) =>
            Stated.Of(n.Alike("parameter_distance", g[1].Value).Select(pair => (double?)pair["total"]))
        ),
        ("performance_barrier", "barrier, (.+?), 95 % bootstrap interval over test images", (n, g) =>
            Single(n, g[1].Value, "accuracy")
        ),
        ("performance_barrier", "barrier in loss, (.+?), 95 % bootstrap interval over test images", (n, g) =>
            Single(n, g[1].Value, "loss")
        ),
        ("performance_barrier", $"barrier, (.+?){Several}", (n, g) =>
            Stated.Of(n.Kind("performance_barrier", g[1].Value).Select(pair => StudyNumbers.Barrier(pair, "accuracy")))
        ),
        ("performance_barrier", $"barrier in loss, (.+?){Several}", (n, g) =>
            Stated.Of(n.Kind("performance_barrier", g[1].Value).Select(pair => StudyNumbers.Barrier(pair, "loss")))
        ),
        ("performance_barrier", $"barrier between (P-T|RI-T) runs{Several}", (n, g) =>
            Stated.Of(
                n.Alike("performance_barrier", g[1].Value)
                    .Where(pair => (bool)pair["learned"]!)
                    .Select(pair => StudyNumbers.Barrier(pair, "accuracy"))
            )
        ),
        ("checkpoint_sweep", "(.+) test accuracy from epoch (.+)", (n, g) =>
            (string?)n.Sweep["run"] == g[1].Value ? n.Swept(Integer(g[2])) : null
        ),
        ("checkpoint_sweep", "P test accuracy on the source, epoch (.+)", (n, g) =>
            Stated.Of(n.Source(Integer(g[1])), "accuracy", "low", "high")
        ),
        ("checkpoint_sweep", "barrier from epoch (.+) to epoch .+", (n, g) =>
            new((double)n.Source(Integer(g[1]))["barrierToLast"]!)
        ),
        ("checkpoint_sweep", "share of pretraining that stopping at that epoch would have saved", (n, g) =>
        {
            var (last, earliest) = (
                n.Sweep["checkpoints"]!.AsArray().Max(one => (int)one!["epoch"]!),
                (int)n.Sweep["earliestEpoch"]!
            );
            return new(100.0 * (last - earliest) / last);
        }),
        ("model_soup", "accuracy of the average of the (.+?) runs(?:, recalibrated)?", (n, g) =>
            Stated.Of(Soup(n, g[1].Value)["accuracy"])
        ),
    ];

    /// <summary>What the evidence must be; null when no rule is for it, and an error in words when the rule finds nothing.</summary>
    public static (Stated? Expected, string? Wrong)? Of(string analysis, string name, StudyNumbers numbers)
    {
        foreach (var rule in All.Where(rule => rule.Analysis == analysis))
        {
            if (Regex.Match(name, $"^(?:{rule.Name})$") is { Success: true } match)
            {
                try
                {
                    return rule.Rule(numbers, match.Groups) is { } found
                        ? (found, null)
                        : (null, "the numbers have nothing of the kind");
                }
                catch (InvalidOperationException)
                {
                    return (null, "the numbers have nothing of the kind");
                }
            }
        }

        return null;
    }

    internal static System.Text.Json.Nodes.JsonNode Soup(StudyNumbers numbers, string group)
    {
        var soup = numbers.Soup(group);
        return soup["recalibrated"] ?? soup["raw"]!;
    }

    private static int Integer(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    // The only pair of its kind, with its own interval.
    private static Stated? Single(StudyNumbers numbers, string kind, string of)
    {
        var pair = numbers.Kind("performance_barrier", kind).Single();
        return Stated.Of((pair["recalibrated"] ?? pair["raw"])!["barrier"], of, $"{of}Low", $"{of}High");
    }
}
