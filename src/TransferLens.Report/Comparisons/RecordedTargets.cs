using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Comparisons;

/// <summary>
/// Reads the comparable numbers of every target in a <c>results.json</c>. Numbers of analyses that were not run are
/// null.
/// </summary>
internal static class RecordedTargets
{
    private const string FromP = "pretrained";
    private const string FromRandom = "random";

    public static ImmutableArray<ComparedTarget> Read(JsonObject results) =>
        [
            .. Entries(results["runs"])
                .GroupBy(run => Text(run, "target"))
                .Select(target => ReadTarget(target.Key, [.. target], results)),
        ];

    private static ComparedTarget ReadTarget(string name, ImmutableArray<JsonNode> runs, JsonObject results)
    {
        var analyses = results["analyses"]!;
        var test = Entries(results["data"]?["targets"])
            .FirstOrDefault(target => (string)target["target"]! == name)
            ?["test"];
        var sweep = Entries(analyses["checkpoint_sweep"]?["targets"])
            .FirstOrDefault(target => (string)target["target"]! == name);
        var last = Entries(analyses["checkpoint_sweep"]?["source"]).LastOrDefault() as JsonObject;
        // Checkpoints from files have positions instead of epochs, which are not comparable between studies.
        var isFromFile = last?.TryGetPropertyValue("accuracy", out var measured) == true && measured is null;
        var hasEpochs = sweep is not null && !isFromFile;
        var metric = Metric.ReadFrom(runs[0]);
        return new(name)
        {
            Metric = metric,
            TestImages = (int?)test?["images"],
            TestDigest = (string?)test?["digest"],
            Pretrained = Score(runs, FromP, metric.JsonKey),
            Random = Score(runs, FromRandom, metric.JsonKey),
            PretrainedBarrier = Barrier(FromP),
            RandomBarrier = Barrier(FromRandom),
            EnsembleGain = Interval([
                .. Pairs("mistakes", FromP).Select(pair => pair["ensemble"]?["gainOverMean"]).OfType<JsonNode>(),
            ]),
            SoupGain = Interval([
                .. On("model_soup")
                    .Where(soup => Runs(FromP).Any(run => (string)run["run"]! == (string)soup["run"]!))
                    .Select(soup => (soup["soup"]?["recalibrated"] ?? soup["soup"]?["raw"])?["gainOverMean"])
                    .OfType<JsonNode>(),
            ]),
            EarliestEpoch = hasEpochs ? (int?)sweep!["earliestEpoch"] : null,
            LastEpoch = hasEpochs ? (int?)last?["epoch"] : null,
            Drops =
            [
                .. On("feature_reuse")
                    .Take(1)
                    .SelectMany(reuse => Entries(reuse["blocks"]))
                    .Where(block => block["relativeDropPercent"] is not null)
                    .Select(block => new ComparedBlock(Text(block, "block"), Estimate(block["relativeDropPercent"]!))),
            ],
        };

        IEnumerable<JsonNode> On(string analysis) =>
            Entries(analyses[analysis]).Where(entry => (string)entry["target"]! == name);

        IEnumerable<JsonNode> Runs(string init) => runs.Where(run => (string)run["init"]! == init);

        // Pairs of runs that have the same init and did not diverge. Planes and basins have no pair.
        IEnumerable<JsonNode> Pairs(string analysis, string init)
        {
            var labels = Runs(init).Select(run => (string)run["label"]!).ToHashSet();
            return On(analysis)
                .Where(pair =>
                    pair["first"] is JsonValue first
                    && pair["second"] is JsonValue second
                    && (bool?)pair["diverged"] != true
                    && labels.Contains((string)first!)
                    && labels.Contains((string)second!)
                );
        }

        Measured? Barrier(string init) =>
            Measured.FromValues(
                Pairs("performance_barrier", init)
                    .Select(pair => (double?)(pair["recalibrated"] ?? pair["raw"])?["barrier"]?[metric.JsonKey])
                    .OfType<double>()
            );
    }

    // The score of an init at its best learning rate, as in the study's findings.
    private static Measured? Score(IEnumerable<JsonNode> runs, string init, string key) =>
        runs.Where(run => (string)run["init"]! == init && (string)run["status"]! == "finished")
            .GroupBy(run => ((string)run["run"]!, (double)run["learningRate"]!))
            .Select(group =>
                group.Count() == 1
                    ? new Measured(
                        (double)group.First()[key]!,
                        (double?)group.First()["low"],
                        (double?)group.First()["high"],
                        1
                    )
                    : Measured.FromValues(group.Select(run => (double)run[key]!))!
            )
            .MaxBy(score => score.Value);

    private static Measured? Interval(ImmutableArray<JsonNode> estimates) =>
        estimates.Length == 1
            ? Estimate(estimates[0])
            : Measured.FromValues(estimates.Select(estimate => (double)estimate["value"]!));

    private static Measured Estimate(JsonNode estimate) =>
        new((double)estimate["value"]!, (double?)estimate["low"], (double?)estimate["high"], 1);

    private static string Text(JsonNode entry, string name) =>
        (string?)entry[name] ?? throw new JsonException($"An entry lacks '{name}'.");

    private static IEnumerable<JsonNode> Entries(JsonNode? list) =>
        list is JsonArray items ? items.OfType<JsonNode>() : [];
}
