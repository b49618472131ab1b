using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Studies.Settings;

/// <summary>
/// The number in [0, 1], larger being better, by which a task is judged: accuracy where every image has exactly one class, the
/// mean over labels of the area under the ROC curve (AUC) where it may have several. One notion for every analysis; here is how it
/// is called, written and stored. In code its value is a score; in JSON the score has the metric's key.
/// </summary>
public sealed class Metric
{
    private readonly string format;
    private readonly string unit;

    private Metric(
        string key,
        string name,
        double scale,
        string format,
        string unit,
        string differenceUnit,
        JsonSerializerOptions json
    ) =>
        (Key, Name, Scale, this.format, this.unit, DifferenceWords, Json) = (
            key,
            name,
            scale,
            format,
            unit,
            differenceUnit,
            json
        );

    /// <summary>Share of images whose class is the network's first choice.</summary>
    public static Metric Accuracy { get; } = new("accuracy", "accuracy", 100, "0.0", " %", "points", StudyJson.Options);

    /// <summary>Mean over labels of the area under the ROC curve; chance is 0.5.</summary>
    public static Metric Auc { get; } = new("auc", "mean AUC", 1, "0.000", "", "in mean AUC", StudyJson.OfAuc);

    /// <summary>Its key in JSON, and its unit as evidence: <c>accuracy</c> or <c>auc</c>.</summary>
    public string Key { get; }

    /// <summary>Its name in a sentence: <c>accuracy</c> or <c>mean AUC</c>.</summary>
    public string Name { get; }

    /// <summary>What figures multiply it by: 100 for percent, or 1.</summary>
    public double Scale { get; }

    /// <summary>What follows a bare difference: <c>points</c> or <c>in mean AUC</c>.</summary>
    public string DifferenceWords { get; }

    /// <summary>How records that hold a score are written: its key takes the place of <c>score</c> in their properties' names.</summary>
    public JsonSerializerOptions Json { get; }

    /// <summary>The unit of a difference of two, as evidence.</summary>
    public string DifferenceUnit => $"{Key} difference";

    /// <summary>What a network that learned nothing is not, for example <c>right more often than naming the largest class would be</c>.</summary>
    public string BeyondChance =>
        this == Auc ? "beyond the mean AUC of chance, 0.5" : "right more often than naming the largest class would be";

    /// <summary>A barrier's or a loss's amount of it, in words after the number: <c>points of accuracy</c> or <c>of mean AUC</c>.</summary>
    public string AmountWords => this == Auc ? "of mean AUC" : "points of accuracy";

    /// <summary>The metric of images that may show several classes, or of those that show exactly one.</summary>
    public static Metric Of(bool many) => many ? Auc : Accuracy;

    /// <summary>The metric that an evaluation was written with.</summary>
    /// <param name="evaluation">The <c>result.json</c> of an evaluation, or another object that has its key.</param>
    public static Metric Of(JsonNode evaluation) =>
        evaluation is JsonObject found && found.ContainsKey(Auc.Key) ? Auc : Accuracy;

    /// <summary>Its name where results of several metrics stand in one table: <c>accuracy</c>, <c>mean AUC</c> or both.</summary>
    /// <param name="metrics">The metrics of the table's rows.</param>
    public static string Names(IEnumerable<Metric> metrics) =>
        string.Join(
            " or ",
            metrics
                .Distinct()
                .DefaultIfEmpty(Accuracy)
                .OrderBy(metric => metric.Key, StringComparer.Ordinal)
                .Select(metric => metric.Name)
        );

    /// <summary>The same of several of its values: <c>accuracies</c>, <c>mean AUCs</c> or both.</summary>
    /// <param name="metrics">The metrics of the table's rows.</param>
    public static string Plurals(IEnumerable<Metric> metrics) =>
        string.Join(
            " or ",
            metrics
                .Distinct()
                .DefaultIfEmpty(Accuracy)
                .OrderBy(metric => metric.Key, StringComparer.Ordinal)
                .Select(metric => metric == Auc ? "mean AUCs" : "accuracies")
        );

    /// <summary>What a figure shows of it, in words: <c>accuracy in percent</c> or <c>mean AUC</c>.</summary>
    public string InFigures => this == Auc ? Name : $"{Name} in percent";

    /// <summary>What an axis of it is called, for example <c>test accuracy (%)</c> or <c>test mean AUC</c>.</summary>
    /// <param name="before">Words before its name, with the space behind them.</param>
    public string Axis(string before = "") => $"{before}{Name}{(this == Accuracy ? " (%)" : "")}";

    /// <summary>As people read it: <c>85.8 %</c> or <c>0.858</c>.</summary>
    public string Number(double score) => Plain(score) + unit;

    /// <summary>The same without its unit; also of a difference, for example <c>2.9</c> or <c>0.029</c>.</summary>
    public string Plain(double score) => (Scale * score).ToString(format, CultureInfo.InvariantCulture);

    /// <summary>A difference of two, for example <c>2.9 points</c> or <c>0.029 in mean AUC</c>.</summary>
    public string Difference(double difference) => $"{Plain(difference)} {DifferenceWords}";

    /// <summary>A difference with its sign and without its unit, for example <c>+2.9</c>, <c>-0.029</c>, or <c>0.0</c>.</summary>
    public string Signed(double difference) =>
        (Scale * difference).ToString($"+{format};-{format};{format}", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
