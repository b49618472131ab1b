namespace TransferLens.Analyses.Common;

/// <summary>The words of a finding.</summary>
/// <param name="Headline">The verdict and its number, at most 20 words.</param>
/// <param name="Detail">One or two short sentences that add to it, or null.</param>
/// <param name="Action">What to do: an imperative of at most 15 words, or null.</param>
internal sealed record FindingText(string Headline, string? Detail = null, string? Action = null)
{
    /// <summary>The answer to the finding's question in at most 12 words; null if it answers none.</summary>
    public string? Answer { get; init; }
}
