using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TransferLens.Studies.Findings;

/// <summary>How strongly the numbers support a finding.</summary>
public enum Confidence
{
    /// <summary>
    /// One run a side, nothing detected, chosen on the test images that it is judged on, or at unequal learning rates.
    /// </summary>
    Low,

    /// <summary>Beyond the uncertainty of this question alone, or with two runs a side.</summary>
    Medium,

    /// <summary>Beyond the uncertainty of all questions together, with three runs a side or more.</summary>
    High,
}

/// <summary>A number that supports a finding.</summary>
/// <param name="Name">What it is, for example <c>P-T test accuracy, mean of 2 seeds</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Low">Lower end of its interval, or null.</param>
/// <param name="High">Upper end of its interval, or null.</param>
/// <param name="Unit"> Its unit: <c>accuracy</c> (a fraction), <c>accuracy difference</c> (of two fractions, shown as
/// points), <c>auc</c> and <c>auc difference</c> (mean areas under the ROC curve), <c>nats</c> or another; empty for
/// none. </param>
public sealed record Evidence(string Name, double Value, double? Low, double? High, string Unit);

/// <summary>A statement about the study, with the numbers that support it.</summary>
/// <param name="Analysis">Name of the analysis.</param>
/// <param name="Sentence">The headline: one sentence of at most 20 words, verdict first.</param>
/// <param name="Confidence">How strongly the numbers support it.</param>
/// <param name="Evidence">The numbers; of a finding that answers a question, the first is the one that it rests on.
/// </param>
/// <param name="Recommendation">What to do: an imperative of at most 15 words, or null.</param>
[method: JsonConstructor]
public sealed record Finding(
    string Analysis,
    string Sentence,
    Confidence Confidence,
    ImmutableArray<Evidence> Evidence,
    string? Recommendation = null
)
{
    /// <summary>A finding whose confidence follows from a statistical decision.</summary>
    public Finding(
        string analysis,
        string sentence,
        Decision decision,
        ImmutableArray<Evidence> evidence,
        string? recommendation = null
    )
        : this(analysis, sentence, ConfidenceRule.Judge(decision), evidence, recommendation) => Decision = decision;

    /// <summary>The statistical decision behind it; null for a count of what happened: runs that diverged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Decision? Decision { get; init; }

    /// <summary>One or two short sentences with details, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>The <see cref="Question"/> that it answers; null if it explains an answer.</summary>
    public string? Question { get; init; }

    /// <summary>
    /// The answer to <see cref="Question"/> in at most 12 words, for a table that shows the target and the number next
    /// to it; null if it answers none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Answer { get; init; }

    /// <summary>
    /// Whether it compares runs from P with runs from random weights, so that it depends on whether both have fitted
    /// their training images.
    /// </summary>
    [JsonIgnore]
    public bool ComparesStarts { get; init; }

    /// <summary>Name of the target that it is about; null for none or all.</summary>
    public string? Target { get; init; }

    /// <summary>Sets the target of findings and leaves out nulls.</summary>
    public static IEnumerable<Finding> On(string target, params IEnumerable<Finding?> findings) =>
        findings.OfType<Finding>().Select(finding => finding with { Target = target });
}

/// <summary>How an analysis was computed, for a report.</summary>
/// <param name="Definition">Formula and range in words.</param>
/// <param name="Settings">The settings, as text.</param>
/// <param name="Source">The paper or code that it follows.</param>
/// <param name="Caveats">Limits of what the numbers show.</param>
public sealed record Method(string Definition, string Settings, string Source, ImmutableArray<string> Caveats);

/// <summary>
/// A table of a report, also written as CSV and Parquet. A column whose name ends in <c>low</c>, followed by one whose
/// name ends in <c>high</c>, are the interval of the numeric column before them.
/// </summary>
/// <param name="Name">File name without extension, for example <c>parameter_distance</c>.</param>
/// <param name="Title">Its caption.</param>
/// <param name="Columns">Column headings.</param>
/// <param name="Rows">Cells: each a string, a finite double, a long, a bool or null.</param>
public sealed record Table(
    string Name,
    string Title,
    ImmutableArray<string> Columns,
    ImmutableArray<ImmutableArray<object?>> Rows
)
{
    /// <summary>Columns of fractions that a page shows in percent.</summary>
    public ImmutableArray<string> Percent { get; init; } = [];

    /// <summary>Columns of differences of such fractions, which a page shows in points with their sign.</summary>
    public ImmutableArray<string> Points { get; init; } = [];

    /// <summary>What the ends named low and high are, in the heading of a page.</summary>
    public string Interval { get; init; } = "95 % interval";
}
