using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TransferLens.Studies.Findings;

/// <summary>How far the numbers support a sentence.</summary>
public enum Confidence
{
    /// <summary>One training each: seen once, spread unknown.</summary>
    Low,

    /// <summary>Several seeds agree, intervals touch or are wide.</summary>
    Medium,

    /// <summary>Several seeds agree and intervals are well apart.</summary>
    High,
}

/// <summary>A number that a sentence rests on.</summary>
/// <param name="Name">What it is, for example <c>P-T test accuracy, mean of 2 seeds</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Low">Lower end of its interval, or null.</param>
/// <param name="High">Upper end of its interval, or null.</param>
/// <param name="Unit">Its unit: <c>accuracy</c> (a fraction), <c>accuracy difference</c> (of two such fractions, shown as points), <c>auc</c> and <c>auc difference</c> (mean areas under the ROC curve), <c>nats</c>, or another; empty when it has none.</param>
public sealed record Evidence(string Name, double Value, double? Low, double? High, string Unit);

/// <summary>A statement about the study, with the numbers that support it.</summary>
/// <param name="Analysis">The analysis that states it.</param>
/// <param name="Sentence">The headline: one sentence of at most 20 words, verdict first.</param>
/// <param name="Confidence">How far the numbers support it.</param>
/// <param name="Evidence">The numbers.</param>
/// <param name="Recommendation">What to do about it: an imperative of at most 15 words, or null.</param>
public sealed record Finding(
    string Analysis,
    string Sentence,
    Confidence Confidence,
    ImmutableArray<Evidence> Evidence,
    string? Recommendation = null
)
{
    /// <summary>One or two short sentences that the headline has no room for, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>The question of whoever must decide that this answers, one of <see cref="Question"/>; null for what explains an answer.</summary>
    public string? Question { get; init; }

    /// <summary>The target that it is about, as the study names it; null when it is about none or all of them.</summary>
    public string? Target { get; init; }

    /// <summary>What was found on a target; a null is left out.</summary>
    public static IEnumerable<Finding> On(string target, params IEnumerable<Finding?> findings) =>
        findings.OfType<Finding>().Select(finding => finding with { Target = target });
}

/// <summary>How an analysis was computed, for the reader of a report.</summary>
/// <param name="Definition">Formula and range in words.</param>
/// <param name="Settings">The settings used, as text.</param>
/// <param name="Source">Paper or code it follows.</param>
/// <param name="Caveats">What the numbers do not say.</param>
public sealed record Method(string Definition, string Settings, string Source, ImmutableArray<string> Caveats);

/// <summary>A table of a report, also written as CSV.</summary>
/// <param name="Name">File name without ending, for example <c>parameter_distance</c>.</param>
/// <param name="Title">Its caption.</param>
/// <param name="Columns">Headings.</param>
/// <param name="Rows">Cells: each a string, a finite double, a long, a bool or null.</param>
public sealed record Table(
    string Name,
    string Title,
    ImmutableArray<string> Columns,
    ImmutableArray<ImmutableArray<object?>> Rows
);
