namespace TransferLens.Analyses.Alignment;

/// <summary>How channels of one model are matched with those of another.</summary>
public enum AlignmentMethod
{
    /// <summary>They stay as they are.</summary>
    None,

    /// <summary>By the products of their weights.</summary>
    Weights,

    /// <summary>By the correlations of their activations.</summary>
    Activations,
}
