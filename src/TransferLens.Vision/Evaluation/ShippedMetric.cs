using TransferLens.Studies.Metrics;

namespace TransferLens.Vision.Evaluation;

/// <summary>A metric that ships with the library, in the words that studies and reports declare for it.</summary>
public abstract class ShippedMetric : ImageMetric
{
    private readonly Metric words;

    private protected ShippedMetric(Metric words) => this.words = words;

    /// <inheritdoc/>
    public sealed override string Key => words.Key;

    /// <inheritdoc/>
    public sealed override string Name => words.Name;

    /// <inheritdoc/>
    public sealed override string Plural => words.Plural;

    /// <inheritdoc/>
    public sealed override bool IsPercent => words.IsPercent;

    /// <inheritdoc/>
    public sealed override bool FitsSingleLabel => words.FitsSingleLabel;

    /// <inheritdoc/>
    public sealed override bool FitsMultiLabel => words.FitsMultiLabel;

    /// <inheritdoc/>
    public sealed override int MinimumClasses => words.MinimumClasses;

    /// <inheritdoc/>
    public sealed override string ChanceName => words.ChanceName;

    /// <inheritdoc/>
    public sealed override bool CountsCorrectImages => words.CountsCorrectImages;

    /// <inheritdoc/>
    internal sealed override string ScoreKey => words.ScoreKey;
}
