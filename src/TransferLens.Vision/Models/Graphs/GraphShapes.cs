using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Graphs;

/// <summary>Nodes that move values.</summary>
internal static class GraphShapes
{
    /// <summary>Axes in another order.</summary>
    public static GraphValue Transpose(this GraphWriter graph, GraphValue value, params long[] axes) =>
        graph.Apply("Transpose", value, NodeAttribute.Of("perm", axes));

    /// <summary>(n, features, height, width) -> (n, height, width, features).</summary>
    public static GraphValue ChannelsLast(this GraphWriter graph, GraphValue map) => graph.Transpose(map, 0, 2, 3, 1);

    /// <summary>(n, height, width, features) -> (n, features, height, width).</summary>
    public static GraphValue ChannelsFirst(this GraphWriter graph, GraphValue map) => graph.Transpose(map, 0, 3, 1, 2);

    /// <summary>Another shape: 0 is the length of the same axis before, and -1 follows from the others.</summary>
    public static GraphValue Reshape(this GraphWriter graph, GraphValue value, params long[] shape) =>
        graph.Apply("Reshape", value, graph.Integers(shape));

    /// <summary>(n, ...) -> (n, features).</summary>
    public static GraphValue Flatten(this GraphWriter graph, GraphValue value) =>
        graph.Apply("Flatten", value, NodeAttribute.Of("axis", 1L));

    /// <summary>What is at an index of an axis, without the axis.</summary>
    public static GraphValue Select(this GraphWriter graph, GraphValue value, long axis, long index)
    {
        using var scalar = tensor(index, ScalarType.Int64);
        var inputs = new[] { value.Name, graph.Constant(scalar) };
        return value with { Name = graph.Add("Gather", inputs, NodeAttribute.Of("axis", axis)) };
    }

    /// <summary>A part of the given axes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="value">The value.</param>
    /// <param name="axes">The axes.</param>
    /// <param name="start">The first index on each; negative from the end.</param>
    /// <param name="end">The index after the last on each; negative from the end, null for the end.</param>
    /// <param name="step">The step on each.</param>
    public static GraphValue Slice(
        this GraphWriter graph,
        GraphValue value,
        long[] axes,
        long start,
        long? end,
        long step = 1
    )
    {
        return graph.Apply("Slice", value, All(start), All(end ?? long.MaxValue), graph.Integers(axes), All(step));

        string All(long number) => graph.Integers([.. axes.Select(_ => number)]);
    }

    /// <summary>Values one after the other along an axis.</summary>
    public static GraphValue Concat(this GraphWriter graph, long axis, params GraphValue[] values) =>
        values[0] with
        {
            Name = graph.Add("Concat", values.Select(value => value.Name), NodeAttribute.Of("axis", axis)),
        };

    /// <summary>Zeros before and after each axis.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="value">The value.</param>
    /// <param name="before">Their number before, by axis.</param>
    /// <param name="after">Their number after, by axis.</param>
    public static GraphValue Pad(this GraphWriter graph, GraphValue value, long[] before, long[] after) =>
        graph.Apply("Pad", value, graph.Integers([.. before, .. after]));

    /// <summary>Values rolled along an axis by a number of positions towards its start.</summary>
    public static GraphValue Roll(this GraphWriter graph, GraphValue value, long axis, long shift) =>
        graph.Concat(axis, graph.Slice(value, [axis], shift, null), graph.Slice(value, [axis], 0, shift));
}
