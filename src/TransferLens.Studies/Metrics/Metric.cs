using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Metrics;

/// <summary>
/// A number in [0, 1] that judges a network on a target; larger is better. A metric declares its names, its units and
/// the labels that it fits; this class derives how the number is written in sentences, figures and JSON. Metrics are
/// equal when their keys are.
/// </summary>
/// <remarks>
/// In code its value is called a score. In JSON, <c>score</c> in a property's name is replaced by
/// <see cref="JsonKey"/>.
/// </remarks>
public abstract class Metric : IEquatable<Metric>
{
    /// <summary>The name that a study chooses it by, in snake_case, for example <c>balanced_accuracy</c>.</summary>
    public abstract string Key { get; }

    /// <summary>Its name in a sentence, for example <c>balanced accuracy</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The name of several of its values, for example <c>accuracies</c>.</summary>
    public virtual string Plural => $"{Name}s";

    /// <summary>
    /// Whether people read it in percent and its differences in points; otherwise as a plain fraction.
    /// </summary>
    public virtual bool IsPercent => false;

    /// <summary>Whether it can judge images of exactly one class each.</summary>
    public virtual bool FitsSingleLabel => true;

    /// <summary>Whether it can judge multi-label images.</summary>
    public virtual bool FitsMultiLabel => false;

    /// <summary>The smallest number of classes for which it is meaningful.</summary>
    public virtual int MinimumClasses => 1;

    /// <summary>
    /// What a network must exceed to have learned anything, for example <c>the share of the largest class</c>.
    /// </summary>
    public virtual string ChanceName => $"the {Name} of chance";

    /// <summary>
    /// What a network that learned nothing is not, for example <c>beyond the share of the largest class</c>.
    /// </summary>
    public string BeyondChance => $"beyond {ChanceName}";

    /// <summary>
    /// Whether it is the share of images that are classified correctly, so that sentences can say so.
    /// </summary>
    public virtual bool CountsCorrectImages => false;

    /// <summary>A predicate in the singular before the number, for example <c>reaches a mean AUC of</c>.</summary>
    public string Reaches => CountsCorrectImages ? "is right on" : $"reaches {Article} {Name} of";

    /// <summary>The same in the plural, for example <c>reach a mean AUC of</c>.</summary>
    public string Reach => CountsCorrectImages ? "are right on" : $"reach {Article} {Name} of";

    /// <summary>Its name as one word in camelCase, for example <c>balancedAccuracy</c>.</summary>
    public string JsonName => JsonNamingPolicy.CamelCase.ConvertName(string.Concat(Key.Split('_').Select(Capital)));

    /// <summary>Its unit as evidence: the key, or <c>auc</c> for the mean AUC.</summary>
    internal virtual string ScoreKey => Key;

    /// <summary>
    /// The name of its score in JSON: its name in camelCase, or <c>auc</c> for the mean AUC.
    /// </summary>
    internal string JsonKey => ScoreKey == Key ? JsonName : ScoreKey;

    /// <summary>How records that contain scores are serialized.</summary>
    internal JsonSerializerOptions Json => ResultJson.ForScore(JsonKey);

    /// <summary>What figures multiply it by: 100 for percent, or 1.</summary>
    public double Scale => IsPercent ? 100 : 1;

    /// <summary>What follows a bare difference: <c>points</c>, or for example <c>in mean AUC</c>.</summary>
    public string DifferenceWords => IsPercent ? "points" : $"in {Name}";

    /// <summary>The unit of a difference of two, as evidence.</summary>
    internal string DifferenceUnit => $"{ScoreKey} difference";

    /// <summary>What follows an amount of it: <c>points of accuracy</c>, or for example <c>of mean AUC</c>.</summary>
    public string AmountWords => IsPercent ? $"points of {Name}" : $"of {Name}";

    /// <summary>
    /// What an amount of it is measured in: <c>points of accuracy</c>, or for example <c>mean AUC</c>.
    /// </summary>
    public string AmountUnit => IsPercent ? $"points of {Name}" : Name;

    /// <summary>The name of its chance level in JSON files.</summary>
    internal string ChanceKey => CountsCorrectImages ? "largestClass" : "chance";

    /// <summary>What a figure shows, for example <c>accuracy in percent</c>.</summary>
    public string InFigures => IsPercent ? $"{Name} in percent" : Name;

    /// <summary>The name of its mean in a sentence: <c>mean accuracy</c>, or <c>mean AUC</c> unchanged.</summary>
    public string MeanName => Name.StartsWith("mean ", StringComparison.Ordinal) ? Name : $"mean {Name}";

    /// <summary>The metric used when nothing else is chosen: accuracy, or mean AUC for multi-label images.</summary>
    public static Metric DefaultFor(bool isMultiLabel) =>
        isMultiLabel ? DeclaredMetrics.MeanAuc : DeclaredMetrics.Accuracy;

    /// <summary>
    /// The metric that a JSON object was written with: the one it names, else the one whose score it has.
    /// </summary>
    /// <param name="json">The <c>result.json</c> of an evaluation, a run of <c>results.json</c> or the like.</param>
    /// <exception cref="JsonException">The object names a metric and does not describe it.</exception>
    internal static Metric ReadFrom(JsonNode json) =>
        (json as JsonObject)?["metric"] is { } named
            ? DescribedMetric.Read(named)
            : DefaultFor(json is JsonObject found && found.ContainsKey(DeclaredMetrics.MeanAuc.JsonKey));

    /// <summary>The name of a score that is part of a longer name, for example <c>testAccuracy</c>.</summary>
    /// <param name="before">The words before it, for example <c>test</c>.</param>
    internal string JsonKeyAfter(string before) => before + Capital(JsonKey);

    /// <summary>The metric of a learning curve.</summary>
    /// <param name="epochs">The <c>epochs</c> of a training run's result.</param>
    internal static Metric OfCurve(JsonNode epochs) =>
        DefaultFor(epochs[0]!.AsObject().ContainsKey(DeclaredMetrics.MeanAuc.JsonKeyAfter("test")));

    /// <summary>The names of several metrics in one table: <c>accuracy or mean AUC</c>.</summary>
    /// <param name="metrics">The metrics of the table's rows; accuracy when there are none.</param>
    public static string Names(IEnumerable<Metric> metrics) => Join(metrics, metric => metric.Name);

    /// <summary>The same of several of their values: <c>accuracies or mean AUCs</c>.</summary>
    /// <param name="metrics">The metrics of the table's rows; accuracy when there are none.</param>
    public static string Plurals(IEnumerable<Metric> metrics) => Join(metrics, metric => metric.Plural);

    /// <summary>The title of its axis, for example <c>test accuracy (%)</c>.</summary>
    /// <param name="before">Words before its name, with the space after them.</param>
    /// <param name="after">Words after its name, with the comma or space before them.</param>
    public string Axis(string before = "", string after = "") => $"{before}{Name}{after}{(IsPercent ? " (%)" : "")}";

    /// <summary>A score, for example <c>85.8 %</c> or <c>0.858</c>.</summary>
    public string Number(double score) => Plain(score) + (IsPercent ? " %" : "");

    /// <summary>A score or a difference without its unit, for example <c>2.9</c> or <c>0.029</c>.</summary>
    public string Plain(double score) => (Scale * score).ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>A difference of two, for example <c>2.9 points</c> or <c>0.029 in mean AUC</c>.</summary>
    public string Difference(double difference) => $"{Plain(difference)} {DifferenceWords}";

    /// <summary>
    /// A difference with its sign and without its unit, for example <c>+2.9</c>, <c>-0.029</c> or <c>0.0</c>.
    /// </summary>
    public string Signed(double difference) =>
        (Scale * difference).ToString($"+{Format};-{Format};{Format}", CultureInfo.InvariantCulture);

    /// <summary>Why it cannot judge some images, as a sentence; null when it can.</summary>
    /// <param name="isMultiLabel">Whether the images are multi-label.</param>
    /// <param name="classes">Number of classes.</param>
    public string? Refusal(bool isMultiLabel, int classes) =>
        (isMultiLabel, Fits: isMultiLabel ? FitsMultiLabel : FitsSingleLabel) switch
        {
            (true, false) =>
                $"The metric {Key} needs images of one class each; choose mean_auc for multi-label images.",
            (false, false) =>
                $"The metric {Key} needs multi-label images; choose accuracy for images of one class each.",
            _ when classes < MinimumClasses =>
                $"The metric {Key} needs at least {MinimumClasses} classes and there are {classes}; choose accuracy.",
            _ => null,
        };

    /// <summary>Checks that it can judge some images.</summary>
    /// <param name="isMultiLabel">Whether the images are multi-label.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="InputException">It cannot.</exception>
    public void CheckFits(bool isMultiLabel, int classes)
    {
        if (Refusal(isMultiLabel, classes) is { } refusal)
        {
            throw new InputException(refusal);
        }
    }

    /// <inheritdoc/>
    public bool Equals(Metric? other) => other?.Key == Key;

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as Metric);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    /// <summary>Whether two metrics have one key.</summary>
    public static bool operator ==(Metric? first, Metric? second) => Equals(first, second);

    /// <summary>Whether two metrics have different keys.</summary>
    public static bool operator !=(Metric? first, Metric? second) => !Equals(first, second);

    private string Article => "aeiou".Contains(Name[0], StringComparison.OrdinalIgnoreCase) ? "an" : "a";

    private string Format => IsPercent ? "0.0" : "0.000";

    private static string Join(IEnumerable<Metric> metrics, Func<Metric, string> name) =>
        string.Join(
            " or ",
            metrics
                .Distinct()
                .DefaultIfEmpty(DeclaredMetrics.Accuracy)
                .OrderBy(metric => metric.ScoreKey, StringComparer.Ordinal)
                .Select(name)
        );

    private static string Capital(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..];
}
