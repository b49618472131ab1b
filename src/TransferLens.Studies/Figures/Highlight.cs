namespace TransferLens.Studies.Figures;

/// <summary>A small figure for the first screen of a report.</summary>
/// <param name="Target">Name of the target that it is about; null for none or all.</param>
/// <param name="Figure">
/// A line or bar chart of one panel with few lines or bars; its title is a caption of at most 8 words.
/// </param>
public sealed record Highlight(string? Target, Figure Figure);
