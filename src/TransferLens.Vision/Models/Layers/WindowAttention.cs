using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Attention within windows of 7x7 positions (Liu et al. 2021), which may be shifted by 3, as torchvision's
/// <c>ShiftedWindowAttention</c>: softmax(Q K^T / sqrt(d) + B + M) V. B is learned for each relative position. M is
/// -100 between positions that are neighbors only because the shift is cyclic. A head has d = 32 features.
/// </summary>
internal sealed class WindowAttention : nn.Module<Tensor, Tensor>, ICounted, IGraphLayer
{
    /// <summary>Name of the buffer with the row of B for each pair of positions in a window: a constant.</summary>
    public const string IndexName = "relative_position_index";

    private const int Side = 7;
    private const int Area = Side * Side;
    private const int HeadWidth = 32;
    private const double Separated = -100;

    private readonly long heads;
    private readonly bool shifted;
    private readonly Linear qkv;
    private readonly Linear proj; // the name that TorchSharp would register a field under
    private readonly Parameter table;
    private readonly Tensor index;

    /// <summary>
    /// Linear layers and the table of B start with standard deviation 0.02, biases at zero.
    /// </summary>
    /// <param name="width">Number of features.</param>
    /// <param name="shifted">Whether the windows are shifted.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    public WindowAttention(long width, bool shifted, Generator? generator)
        : base("ShiftedWindowAttention")
    {
        (heads, this.shifted) = (width / HeadWidth, shifted);
        const int relative = ((2 * Side) - 1) * ((2 * Side) - 1);
        register_parameter("relative_position_bias_table", table = new Parameter(NewWeights.Zeros(relative, heads)));
        register_buffer(IndexName, index = NewWeights.Integers(RelativePositions()));
        register_module("qkv", qkv = new Linear(width, 3 * width));
        register_module("proj", proj = new Linear(width, width));
        WeightInitialization.Normal(table, 0.02, generator);
        WeightInitialization.Normal(qkv.Weight, 0.02, generator);
        WeightInitialization.Normal(proj.Weight, 0.02, generator);
    }

    /// <inheritdoc/>
    public LayerPass? Last { get; private set; }

    /// <param name="input">A map with channels last, (n, height, width, features).</param>
    /// <returns>A map of the same shape.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (input.shape[1], input.shape[2]);
        var (rows, columns) = (Windows(height), Windows(width));
        var padded = nn.functional.pad(input, [0, 0, 0, (columns * Side) - width, 0, (rows * Side) - height]);
        var (down, right) = (Shift(rows), Shift(columns));
        var value = Attend(qkv.forward(Roll(padded, -down, -right)), rows, columns);
        value = Roll(proj.forward(value), down, right);
        return value.narrow(1, 0, height).narrow(2, 0, width).MoveToOuterDisposeScope();
    }

    // (n, 7 rows, 7 columns, 3 features) -> (n, 7 rows, 7 columns, features)
    private Tensor Attend(Tensor input, long rows, long columns)
    {
        var (images, windows, features) = (input.shape[0], rows * columns, input.shape[3] / 3);
        var parts = input
            .reshape(images, rows, Side, columns, Side, 3 * heads, HeadWidth)
            .permute(0, 1, 3, 5, 2, 4, 6)
            .reshape(images, windows, 3, heads, Area, HeadWidth)
            .unbind(2);
        var scores = (parts[0] * (1 / Math.Sqrt(HeadWidth))).matmul(parts[1].transpose(-2, -1));
        var weights = (scores + Bias(rows, columns).to(input.dtype)).softmax(-1);
        var forward = 2 * windows * Area * Area * features; // Q K^T, and its product with V
        Last = new(forward, input.requires_grad ? 2 * forward : 0)
        {
            Kept = input.requires_grad ? windows * Area * ((3 * features) + (heads * Area)) : 0,
        };
        return weights
            .matmul(parts[2])
            .reshape(images, rows, columns, heads, Side, Side, HeadWidth)
            .permute(0, 1, 4, 2, 5, 3, 6)
            .reshape(images, rows * Side, columns * Side, features);
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        using var scope = graph.EnterOwner(table);
        var side = graph.SideOf(input);
        var windows = Windows(side);
        var (missing, shift) = ((windows * Side) - side, Shift(windows));
        var value = missing == 0 ? input : graph.Pad(input, [0, 0, 0, 0], [0, missing, missing, 0]);
        value = WriteAttention(graph, qkv.WriteLast(graph, WriteRoll(graph, value, shift)), windows);
        value = WriteRoll(graph, proj.WriteLast(graph, value), -shift);
        return missing == 0 ? value : graph.Slice(value, [1, 2], 0, side);
    }

    private static GraphValue WriteRoll(GraphWriter graph, GraphValue map, long shift) =>
        shift == 0 ? map : graph.Roll(graph.Roll(map, 1, shift), 2, shift);

    private GraphValue WriteAttention(GraphWriter graph, GraphValue input, long count)
    {
        var split = graph.Reshape(input, 0, count, Side, count, Side, 3 * heads, HeadWidth);
        var grouped = graph.Transpose(split, 0, 1, 3, 5, 2, 4, 6);
        var parts = graph.Reshape(grouped, 0, count * count, 3, heads, Area, HeadWidth);
        var (queries, keys, values) = (graph.Select(parts, 2, 0), graph.Select(parts, 2, 1), graph.Select(parts, 2, 2));
        var scaled = graph.Times(queries, graph.Number(1 / Math.Sqrt(HeadWidth)));
        var scores = graph.MatMul(scaled, graph.Transpose(keys, 0, 1, 2, 4, 3).Name);
        var biased = graph.Plus(scores, WriteBias(graph, count));
        var weights = graph.Apply("Softmax", biased, NodeAttribute.Of("axis", -1L));
        var mixed = graph.Reshape(graph.MatMul(weights, values.Name), 0, count, count, heads, Side, Side, HeadWidth);
        var ordered = graph.Transpose(mixed, 0, 1, 4, 2, 5, 3, 6);
        return graph.Reshape(ordered, 0, count * Side, count * Side, heads * HeadWidth);
    }

    // The same as Bias.
    private string WriteBias(GraphWriter graph, long count)
    {
        string[] taken = [graph.Weight(table), graph.Weight(index)];
        var rows = new GraphValue(graph.Add("Gather", taken, NodeAttribute.Of("axis", 0L)), 0);
        var learned = graph.Transpose(graph.Reshape(rows, Area, Area, heads), 2, 0, 1);
        if (Shift(count) == 0)
        {
            return learned.Name;
        }

        using var mask = NewDisposeScope();
        return graph.Plus(learned, graph.Constant(Mask(count, count))).Name;
    }

    // B + M: (heads, 49, 49), or (windows, heads, 49, 49) if the windows are shifted.
    private Tensor Bias(long rows, long columns)
    {
        var learned = table.index_select(0, index).view(Area, Area, heads).permute(2, 0, 1);
        if (Shift(rows) == 0 && Shift(columns) == 0)
        {
            return learned;
        }

        return learned + Mask(rows, columns).to(table.device);
    }

    // M: (windows, 1, 49, 49)
    private Tensor Mask(long rows, long columns)
    {
        var regions = (Regions(rows).view(rows, 1, Side, 1) * 3) + Regions(columns).view(1, columns, 1, Side);
        var flat = regions.reshape(rows * columns, 1, Area);
        return flat.unsqueeze(-1).ne(flat.unsqueeze(-2)).to(ScalarType.Float32) * Separated;
    }

    // Which of the three parts of a shifted side each position comes from.
    private Tensor Regions(long windows)
    {
        var length = windows * Side;
        return tensor([
            .. Enumerable
                .Range(0, (int)length)
                .Select(i =>
                    Shift(windows) == 0 || i < length - Side ? 0L
                    : i < length - Shift(windows) ? 1L
                    : 2L
                ),
        ]);
    }

    // A side of one window is not shifted.
    private long Shift(long windows) => shifted && windows > 1 ? Side / 2 : 0;

    private static long Windows(long length) => (length + Side - 1) / Side;

    private static Tensor Roll(Tensor map, long down, long right) =>
        down == 0 && right == 0 ? map : map.roll([down, right], [1, 2]);

    /// <summary>The row of the table for each pair of positions in a window.</summary>
    internal static long[] RelativePositions() =>
        [
            .. from first in Enumerable.Range(0, Area)
            from second in Enumerable.Range(0, Area)
            let vertical = (first / Side) - (second / Side) + Side - 1
            let horizontal = (first % Side) - (second % Side) + Side - 1
            select (long)((vertical * ((2 * Side) - 1)) + horizontal),
        ];
}
