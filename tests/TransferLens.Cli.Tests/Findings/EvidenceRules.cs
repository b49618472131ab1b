using System.Globalization;
using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Findings;

/// <summary>By what rule each piece of evidence follows from <c>results.json</c>; the first rule whose name fits holds.</summary>
internal static class EvidenceRules
{
    // The interval of an effect: its ends must stand among the numbers of the analysis.
    private const string Interval = @"(?:, (?:simultaneous )?95 % interval over [a-z ]+(?:, for all modules together)?)?";

    // A mean over pairs without an interval.
    private const string Pairs = @"(?:, mean of \d+ pairs)?";

    private static readonly (string Analysis, string Name, Func<StudyNumbers, GroupCollection, Stated?> Rule)[] All =
    [
        ("learning_curves", $"(.+) minus (.+) in balanced accuracy{Interval}", (n, g) =>
            n.GainInBalancedAccuracy(g[1].Value, g[2].Value)
        ),
        ("learning_curves", $"(.+) minus (.+?){Interval}", (n, g) => Difference(n.Score(g[1].Value), n.Score(g[2].Value))),
        ("learning_curves", $"(.+?) test accuracy{Interval}", (n, g) => Mean(n.Score(g[1].Value))),
        ("learning_curves", "(.+?) training accuracy in the last epoch, mean over seeds", (n, g) =>
            Mean(n.LastTrainScore(g[1].Value))
        ),
        ("feature_reuse", $"gain on whole images, P-T over RI-T{Interval}", (n, _) => new(n.Gain(n.Whole))),
        ("feature_reuse", $"gain at b = 1: low-level statistics{Interval}", (n, _) => new(n.Gain("1"))),
        ("feature_reuse", $"remainder of the gain: feature reuse{Interval}", (n, _) =>
            new(n.Gain(n.Whole) - n.Gain("1"))
        ),
        ("feature_reuse", $"relative drop, whole images{Interval}", (n, _) => new(n.RelativeDrop(n.Whole))),
        ("feature_reuse", $"relative drop, blocks of (\\d+|channels) minus whole images{Interval}", (n, g) =>
            new(n.RelativeDrop(g[1].Value) - n.RelativeDrop(n.Whole))
        ),
        ("feature_reuse", $"relative drop, blocks of (\\d+|channels){Interval}", (n, g) => new(n.RelativeDrop(g[1].Value))),
        ("feature_reuse", $"(.+) test accuracy, blocks of (\\d+|channels){Interval}", (n, g) =>
            new(n.Shuffled(g[1].Value, g[2].Value))
        ),
        ("mistakes", $"error consistency of (P-T|RI-T) runs minus that of (P-T|RI-T) runs{Interval}", (n, g) =>
            Difference(n.Consistency(g[1].Value), n.Consistency(g[2].Value))
        ),
        ("mistakes", $"error consistency of two (P-T|RI-T) runs{Interval}", (n, g) => Mean(n.Consistency(g[1].Value))),
        ("mistakes", $"mistakes made by both of two (P-T|RI-T) runs, as a share of .+?{Pairs}", (n, g) => Mean(Stated.Of(
                n.Alike("mistakes", g[1].Value)
                    .Select(pair =>
                    {
                        var wrong = (int)pair["examples"]! - (int)pair["bothCorrect"]!["count"]!;
                        return wrong == 0 ? null : (double?)(100.0 * (int)pair["common"]!["count"]! / wrong);
                    })
            ))),
        ("mistakes", "smallest p of McNemar's exact test, .*|p of McNemar's exact test", (n, g) =>
            new(n.Mixed("mistakes").Min(pair => (double)pair["mcnemar"]!["p"]!))
        ),
        ("mistakes", "largest p", (n, g) => new(n.Mixed("mistakes").Max(pair => (double)pair["mcnemar"]!["p"]!))),
        ("mistakes", $"error rate of (P-T|RI-T) minus that of (P-T|RI-T){Interval}", (n, g) =>
            Mean(Stated.Of(
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
            ))
        ),
        ("mistakes", $"gain of the (.+) ensemble over the mean of its members{Interval}", (n, g) =>
            Ensemble(n, g[1].Value, pair => (double)pair["gainOverMean"]!["value"]!)
        ),
        ("mistakes", $"gain of the (.+) ensemble over its better member, chosen on the test images{Pairs}", (n, g) =>
            Ensemble(n, g[1].Value, pair => (double)pair["gain"]!["value"]!)
        ),
        ("mistakes", $"accuracy of the (.+) ensemble{Pairs}", (n, g) =>
            Ensemble(n, g[1].Value, pair => (double)pair["accuracy"]!["value"]!)
        ),
        ("parameter_distance", $"distance between (P-T|RI-T) runs without heads{Interval}", (n, g) =>
            Mean(n.Distance(g[1].Value, "body"))
        ),
        ("parameter_distance", $"distance between the initial weights of (P-T|RI-T) runs without heads{Interval}", (n, g) =>
            Mean(n.Distance(g[1].Value, "began"))
        ),
        ("parameter_distance", $"cosine of the displacements of two (P-T|RI-T) runs{Interval}", (n, g) =>
            Mean(n.Distance(g[1].Value, "cosine"))
        ),
        ("parameter_distance", $"distance, (P-T|RI-T) minus (P-T|RI-T){Interval}", (n, g) =>
            Difference(n.Distance(g[1].Value, "body"), n.Distance(g[2].Value, "body"))
        ),
        ("performance_barrier", $"barrier in loss, (.+?)(?:, mean curve of \\d+ pairs)?{Interval}", (n, g) =>
            new(n.MeanBarrier(g[1].Value, "loss"))
        ),
        ("performance_barrier", $"barrier, (.+?)(?:, mean curve of \\d+ pairs)?{Interval}", (n, g) =>
            new(n.MeanBarrier(g[1].Value, "accuracy"))
        ),
        ("performance_barrier", $"barrier between (P-T|RI-T) runs minus barrier between (P-T|RI-T) runs{Interval}", (n, g) =>
            new(
                n.MeanBarrier($"{g[1].Value} & {g[1].Value}", "accuracy")
                    - n.MeanBarrier($"{g[2].Value} & {g[2].Value}", "accuracy")
            )
        ),
        ("performance_barrier", "pairs that show a barrier alone, (.+), of (\\d+)", (n, g) =>
            new(n.Kind("performance_barrier", g[1].Value).Count(StudyNumbers.ShowsBarrier))
        ),
        ("checkpoint_sweep", $"difference of epoch (\\d+) from epoch (\\d+){Interval}", (n, g) =>
            Difference(n.Swept(Integer(g[1])), n.Swept(Integer(g[2])))
        ),
        ("checkpoint_sweep", $"(.+) test accuracy from epoch (\\d+){Interval}", (n, g) =>
            (string?)n.Sweep["run"] == g[1].Value ? Mean(n.Swept(Integer(g[2]))) : null
        ),
        ("checkpoint_sweep", "P test accuracy on the source, epoch (\\d+)", (n, g) =>
            Stated.Of(n.Source(Integer(g[1])), "accuracy", "low", "high")
        ),
        ("checkpoint_sweep", "barrier from epoch (\\d+) to epoch .+", (n, g) =>
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

    private static Stated? Mean(Stated? several) => several is null ? null : new(several.Value);

    private static Stated? Difference(Stated? first, Stated? second) =>
        first is null || second is null ? null : new(first.Value - second.Value);

    private static Stated Ensemble(StudyNumbers numbers, string kind, Func<System.Text.Json.Nodes.JsonNode, double> of) =>
        new(numbers.Kind("mistakes", kind).Average(pair => of(pair["ensemble"]!)));
}
