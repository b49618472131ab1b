using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Graphs;

/// <summary>Nodes that summarize positions.</summary>
internal static class GraphPooling
{
    // From this opset on the axes of a reduction are an input.
    private const long AxesAsInput = 18;

    /// <summary>The mean over axes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="value">The value.</param>
    /// <param name="keep">Whether the axes stay, with length 1.</param>
    /// <param name="axes">The axes.</param>
    public static GraphValue Mean(this GraphWriter graph, GraphValue value, bool keep, params long[] axes)
    {
        var kept = NodeAttribute.Of("keepdims", keep ? 1L : 0L);
        return graph.Opset < AxesAsInput
            ? graph.Apply("ReduceMean", value, NodeAttribute.Of("axes", axes), kept)
            : value with
            {
                Name = graph.Add("ReduceMean", [value.Name, graph.Integers(axes)], kept),
            };
    }

    /// <summary>The mean over all positions: (n, channels, height, width) -> (n, channels).</summary>
    public static GraphValue MeanOfPositions(this GraphWriter graph, GraphValue map) => graph.Mean(map, false, 2, 3);

    /// <summary>The largest value of each window.</summary>
    public static GraphValue MaxPool(this GraphWriter graph, GraphValue map, long kernel, long stride, long padding) =>
        graph.Pool("MaxPool", map, kernel, stride, padding);

    /// <summary>The mean of each window.</summary>
    public static GraphValue AveragePool(this GraphWriter graph, GraphValue map, long kernel, long stride) =>
        graph.Pool("AveragePool", map, kernel, stride, 0);

    /// <summary>
    /// The mean of each of side x side windows that cover a map of any size, as PyTorch's <c>adaptive_avg_pool2d</c>.
    /// ONNX has no such operator: window by window where they are of one size, otherwise by a matrix for each axis.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="map">The map.</param>
    /// <param name="side">Number of windows along a side.</param>
    public static GraphValue AdaptiveAveragePool(this GraphWriter graph, GraphValue map, long side)
    {
        var length = graph.SideOf(map);
        if (length % side == 0)
        {
            return length == side ? map : graph.AveragePool(map, length / side, length / side);
        }

        using var scope = NewDisposeScope();
        var matrix = AveragingMatrix(length, side);
        var columns = graph.MatMul(map, graph.Constant(matrix.t().contiguous()));
        var rows = new GraphValue(graph.Constant(matrix), 0);
        return graph.MatMul(rows, columns.Name) with { Side = side };
    }

    // (windows, length): row i has the weights of the positions from floor(i l / w) to ceil((i + 1) l / w).
    private static Tensor AveragingMatrix(long length, long windows)
    {
        var weights = zeros(windows, length);
        for (var i = 0L; i < windows; i++)
        {
            var (first, end) = (i * length / windows, (((i + 1) * length) + windows - 1) / windows);
            weights[i].narrow(0, first, end - first).fill_(1.0 / (end - first));
        }

        return weights;
    }

    /// <summary>Number of windows along a side.</summary>
    /// <param name="side">Length of the side.</param>
    /// <param name="kernel">Length of a window.</param>
    /// <param name="stride">Step.</param>
    /// <param name="padding">Zeros on each side.</param>
    public static long Windows(long side, long kernel, long stride, long padding) =>
        ((side + (2 * padding) - kernel) / stride) + 1;

    private static GraphValue Pool(
        this GraphWriter graph,
        string operation,
        GraphValue map,
        long kernel,
        long stride,
        long padding
    )
    {
        var pooled = graph.Apply(
            operation,
            map,
            NodeAttribute.Of("kernel_shape", kernel, kernel),
            NodeAttribute.Of("pads", padding, padding, padding, padding),
            NodeAttribute.Of("strides", stride, stride)
        );
        return pooled with { Side = Windows(map.Side, kernel, stride, padding) };
    }
}
