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

    /// <summary>Where the final accuracy of a run may lie by its seeds and their intervals over test images.</summary>
    public Stated Possible(string group) => Possible(Group(group).Where(run => (string?)run["status"] != "diverged"));

    /// <summary>The same of some trainings.</summary>
    public static Stated Possible(IEnumerable<JsonNode> runs) =>
        new(
            runs.Average(run => (double)run["accuracy"]!),
            runs.Min(run => (double)run["low"]!),
            runs.Max(run => (double)run["high"]!)
        );

    public IEnumerable<JsonNode> Group(string group) =>
        Runs.Where(run =>
            group == (string?)run["run"]
            || group
                == string.Create(
                    CultureInfo.InvariantCulture,
                    $"{run["run"]}, learning rate {(double)run["learningRate"]!}"
                )
        );

    public Stated? Training(string label) =>
        Stated.Of(
            Runs.FirstOrDefault(run => (string?)run["label"] == label),
            "accuracy",
            "low",
            "high"
        );

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

    public static double? Barrier(JsonNode pair, string of) =>
        (double?)(pair["recalibrated"] ?? pair["raw"])!["barrier"]![of];

    /// <summary>Trainings of <c>feature_reuse</c> at a block: mean and range, or the interval of a single one.</summary>
    public Stated Shuffled(string run, string block)
    {
        var trainings = Of("feature_reuse").Single()["runs"]!
            .AsArray()
            .OfType<JsonNode>()
            .Where(one =>
                (string?)one["run"] == run && (string?)one["block"] == block && (string?)one["status"] != "diverged"
            )
            .ToList();
        return trainings.Count == 1
            ? Stated.Of(trainings[0], "accuracy", "low", "high")!
            : Stated.Of(trainings.Select(one => (double?)one["accuracy"]))!;
    }

    public Stated Gain(string block) =>
        Shuffled(ReuseRun("pretrained"), block).Minus(Shuffled(ReuseRun("random"), block));

    public Stated RelativeDrop(string block)
    {
        var (first, second) = (Shuffled(ReuseRun("pretrained"), block), Shuffled(ReuseRun("random"), block));
        return new(
            Drop(first.Value, second.Value),
            Drop(first.Low ?? first.Value, second.High ?? second.Value),
            Drop(first.High ?? first.Value, second.Low ?? second.Value)
        );

        static double Drop(double a, double b) => 100 * (a - b) / a;
    }

    public string Whole => (string)Of("feature_reuse").Single()["blocks"]!.AsArray()[^1]!["block"]!;

    public string ReuseRun(string side) => (string)Of("feature_reuse").Single()[side]!["run"]!;

    /// <summary>The soup of a run.</summary>
    public JsonNode Soup(string group) =>
        Of("model_soup")
            .Single(entry =>
                group == (string?)entry["run"]
                || group
                    == string.Create(
                        CultureInfo.InvariantCulture,
                        $"{entry["run"]}, learning rate {(double)entry["learningRate"]!}"
                    )
            )["soup"]!;

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
