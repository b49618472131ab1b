using System.Text.Json.Serialization;

namespace TransferLens.Studies.Findings;

/// <summary>The statistical decision behind a finding: what its confidence follows from.</summary>
/// <param name="P">p of the test that the finding rests on; below 0.05 the finding states what it shows.</param>
/// <param name="Runs">Training runs on the side that has fewer.</param>
public sealed record Decision(double P, int Runs)
{
    /// <summary>The error rate of a single test.</summary>
    public const double Alpha = 0.05;

    /// <summary>Whether the interval covers the spread between seeds, and not test images alone.</summary>
    public bool CoversSeeds { get; init; } = true;

    /// <summary>
    /// Whether a learning rate, epoch, member or module was chosen on the test images that the finding is about.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ChosenOnTestImages { get; init; }

    /// <summary>Whether nothing was detected, but the interval excludes differences of more than the margin.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ExcludesMore { get; init; }

    /// <summary>
    /// Whether one of the starts that are compared has not fitted its training images, so that longer training may
    /// change the answer.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NotFitted { get; init; }

    /// <summary>
    /// Whether runs from P and runs from random weights are compared at different learning rates that nothing chose, so
    /// that the difference may be one of rates.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool UnequalRates { get; init; }

    /// <summary>p after Holm's adjustment among the findings that are judged together; null before.</summary>
    public double? AdjustedP { get; init; }

    /// <summary>Whether the finding states something that its test shows.</summary>
    [JsonIgnore]
    public bool IsDetected => P < Alpha;
}
