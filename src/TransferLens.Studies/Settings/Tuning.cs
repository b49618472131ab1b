namespace TransferLens.Studies.Settings;

/// <summary>Where the weights of a new head come from.</summary>
public enum HeadStart
{
    /// <summary>
    /// Logistic regression on the network's last features of the training images, its C chosen on a held-out fifth.
    /// </summary>
    Probe,
}

/// <summary>Which layers of the modules that are not frozen are trained.</summary>
public enum Adaptation
{
    /// <summary>Normalization layers and the head.</summary>
    NormHead,
}

/// <summary>
/// Low-rank updates (Hu et al. 2021): a weight matrix W (outputs, inputs) becomes W + (alpha / rank) B A, with B
/// (outputs, rank) and A (rank, inputs). A and B are trained, W is not.
/// </summary>
/// <param name="Rank">Number of columns of B; 0 trains only the head.</param>
/// <param name="Alpha">Factor of the updates, times the rank; above 0.</param>
public sealed record LoraSettings(int Rank, double Alpha)
{
    /// <summary>Rank 8 and alpha 16: updates count twice.</summary>
    public static LoraSettings Default { get; } = new(8, 16);
}
