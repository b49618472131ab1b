namespace TransferLens.Vision.Models.Permutations;

/// <summary>What is known of a value: the channels that its elements belong to, or the weight that it is.</summary>
internal sealed record TracedValue
{
    /// <summary>Labels of its elements; null for a weight.</summary>
    public LabelArray? Labels { get; init; }

    /// <summary>The weight, when the value is one that nothing has been computed from.</summary>
    public WeightView? Weight { get; init; }

    /// <summary>A value with labels.</summary>
    public static TracedValue Of(LabelArray labels) => new() { Labels = labels };
}
