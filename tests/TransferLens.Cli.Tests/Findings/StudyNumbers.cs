using System.Globalization;
using System.Text.Json.Nodes;

namespace TransferLens.Cli.Tests.Findings;

/// <summary>A number with its range, as evidence states it.</summary>
internal sealed record Stated(double Value, double? Low = null, double? High = null)
{
    /// <summary>Mean and range; a single value has no range.</summary>
    public static Stated? Of(IEnumerable<double?> values)
    {
        var all = values.OfType<double>().ToList();
        return all.Count == 0 ? null
            : all.Count == 1 ? new(all[0])
            : new(all.Average(), all.Min(), all.Max());
    }

    /// <summary>A JSON object with value, low and high.</summary>
    public static Stated? Of(JsonNode? node, string value = "value", string low = "low", string high = "high") =>
        node is null ? null : new((double)node[value]!, (double?)node[low], (double?)node[high]);

    /// <summary>The difference, over every combination of the two.</summary>
    public Stated Minus(Stated other) =>
        new(
            Value - other.Value,
            (Low ?? Value) - (other.High ?? other.Value),
            (High ?? Value) - (other.Low ?? other.Value)
        );

    public Stated Times(double factor) => new(factor * Value, factor * Low, factor * High);

    public bool IsApartFrom(Stated other) =>
        (Low ?? Value) > (other.High ?? other.Value) || (High ?? Value) < (other.Low ?? other.Value);
}

/// <summary>What the numbers of a <c>results.json</c> say about one target, computed here anew and not as the findings are.</summary>
internal sealed class StudyNumbers(JsonNode results, string target)
{
    public IReadOnlyList<JsonNode> Runs { get; } =
    [.. results["runs"]!.AsArray().OfType<JsonNode>().Where(run => (string?)run["target"] == target)];

    /// <summary>Entries of an analysis about the target.</summary>
    public IEnumerable<JsonNode> Of(string analysis) =>
        results["analyses"]![analysis] switch
        {
            JsonArray list => list.OfType<JsonNode>().Where(entry => (string?)entry["target"] == target),
            { } single => [single],
            null => [],
        };

    /// <summary>How runs that start from P (<c>P-T</c>) or at random (<c>RI-T</c>) are marked.</summary>
    public static string Init(string kind) => kind == "P-T" ? "pretrained" : "random";

    public string InitOf(string label) => (string)Runs.First(run => (string?)run["label"] == label)["init"]!;

    private string RunOf(string label) =>
        label == "P" ? "P" : (string)Runs.First(run => (string?)run["label"] == label)["run"]!;

    /// <summary>Final accuracies of the sound trainings of a run, named as groups are.</summary>
    public Stated? Score(string group) =>
        Stated.Of(
            Group(group).Where(run => (string?)run["status"] != "diverged").Select(run => (double?)run["accuracy"])
        );

    /// <summary>Training accuracies of a run's last epoch.</summary>
    public Stated? LastTrainScore(string group) =>
        Stated.Of(
            Group(group)
                .Where(run => (string?)run["status"] != "diverged")
                .Select(run => (double?)run["epochs"]!.AsArray()[^1]!["trainAccuracy"])
        );

    /// <summary>The gain in mean recall over classes, which only the analysis has.</summary>
    public Stated? GainInBalancedAccuracy(string group, string over) =>
        Of("learning_curves")
            .Where(entry => Named(entry, group) && Named(entry["gainOver"], over))
            .Select(entry => Stated.Of(entry["gainOver"]!["effectInBalancedAccuracy"]))
            .SingleOrDefault();

    public IEnumerable<JsonNode> Group(string group) => Runs.Where(run => Named(run, group));

    // A group is named as its run, with the learning rate where there are several.
    private static bool Named(JsonNode? entry, string group) =>
        entry is not null
        && (
            group == (string?)entry["run"]
            || group
                == string.Create(
                    CultureInfo.InvariantCulture,
                    $"{entry["run"]}, learning rate {(double)entry["learningRate"]!}"
                )
        );

    public Stated? Training(string label) =>
        Stated.Of(Runs.FirstOrDefault(run => (string?)run["label"] == label), "accuracy", "low", "high");

    /// <summary>Pairs both of whose ends start alike.</summary>
    public IEnumerable<JsonNode> Alike(string analysis, string kind) =>
        Pairs(analysis)
            .Where(pair =>
                (string?)pair["second"] != "P"
                && InitOf((string)pair["first"]!) == Init(kind)
                && InitOf((string)pair["second"]!) == Init(kind)
            );

    /// <summary>Pairs one of whose ends starts from P and the other at random.</summary>
    public IEnumerable<JsonNode> Mixed(string analysis) =>
        Pairs(analysis).Where(pair => InitOf((string)pair["first"]!) != InitOf((string)pair["second"]!));

    /// <summary>Pairs of a kind such as <c>P-T &amp; RI-T</c>.</summary>
    public IEnumerable<JsonNode> Kind(string analysis, string kind) =>
        Pairs(analysis).Where(pair => $"{RunOf((string)pair["first"]!)} & {RunOf((string)pair["second"]!)}" == kind);

    private IEnumerable<JsonNode> Pairs(string analysis) =>
        Of(analysis).Where(entry => entry["first"] is not null && (bool?)entry["diverged"] != true);

    /// <summary>Error consistencies of pairs that start alike.</summary>
    public Stated? Consistency(string kind) =>
        Stated.Of(Alike("mistakes", kind).Select(pair => (double?)pair["errorConsistency"]?["value"]));

    /// <summary>A distance of pairs that start alike.</summary>
    public Stated? Distance(string kind, string of) =>
        Stated.Of(Alike("parameter_distance", kind).Select(pair => (double?)pair[of]));

    /// <summary>Whether a pair alone shows a barrier in accuracy.</summary>
    public static bool ShowsBarrier(JsonNode pair) =>
        (double)(pair["recalibrated"] ?? pair["raw"])!["barrier"]!["accuracyLow"]! > 0;

    /// <summary>The largest shortfall of the mean curve of a kind of pairs, at least 0.</summary>
    public double MeanBarrier(string kind, string of)
    {
        var pairs = Kind("performance_barrier", kind).Where(pair => (bool)pair["learned"]!).ToList();
        var curves = pairs
            .Select(pair =>
                (pair["recalibrated"] ?? pair["raw"])!["points"]!
                    .AsArray()
                    .ToDictionary(point => (double)point!["lambda"]!, point => (double)point![of]!)
            )
            .ToList();
        var sign = of == "loss" ? -1 : 1;
        return Math.Max(
            0,
            curves[0]
                .Keys.Where(lambda => lambda is > 0 and < 1)
                .Max(lambda =>
                    curves.Average(curve => sign * (((1 - lambda) * curve[0]) + (lambda * curve[1]) - curve[lambda]))
                )
        );
    }

    /// <summary>Mean accuracy of the runs of <c>feature_reuse</c> at a block, over distinct permutations.</summary>
    public double Shuffled(string run, string block)
    {
        var entry = Of("feature_reuse").Single();
        var runs = entry["runs"]!
            .AsArray()
            .OfType<JsonNode>()
            .Where(one =>
                (string?)one["run"] == run && (string?)one["block"] == block && (string?)one["status"] != "diverged"
            )
            .ToList();
        return runs.Average(one => (double)one["accuracy"]!);
    }

    public double Gain(string block) => Shuffled(ReuseRun("pretrained"), block) - Shuffled(ReuseRun("random"), block);

    public double RelativeDrop(string block) => 100 * Gain(block) / Shuffled(ReuseRun("pretrained"), block);

    /// <summary>How much faster runs from P learn at a block, with its interval.</summary>
    public Stated SpeedGain(string block) =>
        Stated.Of(
            Of("feature_reuse").Single()["blocks"]!.AsArray().Single(one => (string?)one!["block"] == block)![
                "meanTrainDifference"
            ]
        )!;

    public string Whole => (string)Of("feature_reuse").Single()["blocks"]!.AsArray()[^1]!["block"]!;

    public string ReuseRun(string side) => (string)Of("feature_reuse").Single()[side]!["run"]!;

    /// <summary>The soup of a run.</summary>
    public JsonNode Soup(string group) => Of("model_soup").Single(entry => Named(entry, group))["soup"]!;

    /// <summary>What the average of a run's models gains over their mean.</summary>
    public Stated SoupGain(string group) =>
        Stated.Of(Of("model_soup").Single(entry => Named(entry, group))["gains"]!["soupOverMean"])!;

    /// <summary>The gain of one group of runs over another, with its interval.</summary>
    public Stated GainEffect(string group, string over) =>
        Stated.Of(
            Of("learning_curves").Single(entry => Named(entry, group) && Named(entry["gainOver"], over))["gainOver"]![
                "effect"
            ]
        )!;

    /// <summary>A part of the gain of pretraining, with its interval.</summary>
    public Stated Split(string part) => Stated.Of(Of("feature_reuse").Single()["split"]![part])!;

    /// <summary>Mean gain of the ensembles of a kind of pair over the mean of their members.</summary>
    public double EnsembleGain(string kind) =>
        Kind("mistakes", kind).Average(pair => (double)pair["ensemble"]!["gainOverMean"]!["value"]!);

    /// <summary>The sweep on this target, and the source it started from.</summary>
    public JsonNode Sweep =>
        results["analyses"]!["checkpoint_sweep"]!["targets"]!
            .AsArray()
            .OfType<JsonNode>()
            .Single(entry => (string?)entry["target"] == target);

    public Stated? Swept(int epoch)
    {
        var trainings = Sweep["runs"]!
            .AsArray()
            .OfType<JsonNode>()
            .Where(one => (int)one["epoch"]! == epoch && (string?)one["status"] != "diverged")
            .ToList();
        return trainings.Count == 1
            ? Stated.Of(trainings[0], "accuracy", "low", "high")
            : Stated.Of(trainings.Select(one => (double?)one["accuracy"]));
    }

    public JsonNode Source(int epoch) =>
        results["analyses"]!["checkpoint_sweep"]!["source"]!
            .AsArray()
            .OfType<JsonNode>()
            .Single(one => (int)one["epoch"]! == epoch);
}
