using System.Collections.Immutable;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>The layouts that are recognized.</summary>
internal static class KnownLayouts
{
    /// <summary>Every layout.</summary>
    public static ImmutableArray<Layout> All { get; } =
    [.. ConvolutionLayouts.All, .. EfficientLayouts.All, .. TransformerLayouts.All, .. SwinLayouts.All];
}
