namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>How a graph takes images.</summary>
/// <param name="Channels">Number of channels.</param>
/// <param name="IsChannelsLast">Whether the channels are the last axis, as in graphs from TensorFlow.</param>
/// <param name="Side">Side of the images if the file fixes it; null for any.</param>
/// <param name="Batch">Number of images if the file fixes it; null for any.</param>
internal sealed record ImageAxes(long Channels, bool IsChannelsLast, long? Side, long? Batch)
{
    /// <summary>Shape of a batch.</summary>
    /// <param name="batch">Number of images.</param>
    /// <param name="height">Their height.</param>
    /// <param name="width">Their width.</param>
    public long[] Shape(long batch, long height, long width) =>
        IsChannelsLast ? [batch, height, width, Channels] : [batch, Channels, height, width];

    /// <summary>Reads them from the type of a graph's input, and from the weights of its first convolution.</summary>
    /// <param name="images">The input.</param>
    /// <param name="nodes">The graph's nodes.</param>
    /// <param name="stored">The stored tensors.</param>
    /// <returns>Null when the images are not square, or the number of channels is not 1, 3 or 4.</returns>
    public static ImageAxes? Of(
        OnnxValue images,
        IEnumerable<OnnxNode> nodes,
        IReadOnlyDictionary<string, OnnxTensor> stored
    )
    {
        long?[] lengths = images.Type?.Tensor?.Shape is { } shape
            ? [.. shape.Dimensions.Select(LengthOf)]
            : [null, null, null, null];
        var isLast = !IsChannels(lengths[1]) && IsChannels(lengths[3]);
        var channels = lengths[isLast ? 3 : 1] ?? ChannelsOfConvolution(nodes, stored);
        var (height, width) = isLast ? (lengths[1], lengths[2]) : (lengths[2], lengths[3]);
        return IsChannels(channels) && height == width ? new(channels!.Value, isLast, height, lengths[0]) : null;
    }

    // Zero means an open length in some files.
    private static long? LengthOf(OnnxDimension dimension) => dimension.Length is > 0 and var length ? length : null;

    private static bool IsChannels(long? length) => length is 1 or 3 or 4;

    private static long? ChannelsOfConvolution(
        IEnumerable<OnnxNode> nodes,
        IReadOnlyDictionary<string, OnnxTensor> stored
    ) =>
        nodes.FirstOrDefault(node => node.Operator == "Conv") is { } first
        && stored.TryGetValue(first.Inputs[1], out var weight)
            ? weight.Shape[1] * (first.Attribute("group")?.Integer ?? 1)
            : null;
}
