using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Copies of a tensor in which elements at indices are replaced, or combined with others.</summary>
internal static class ScatterOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("ScatterElements", 11, Any, Elements) { Attributes = ["axis", "reduction"], LeastInputs = 3 },
        new("Scatter", 9, Any, Elements)
        {
            Attributes = ["axis"],
            LeastInputs = 3,
            Until = 10,
        },
        new("ScatterND", 11, Any, Slices) { Attributes = ["reduction"], LeastInputs = 3 },
    ];

    // Each update belongs to one element: rows of one element make it the same as slices.
    private static Tensor Elements(OnnxCall call)
    {
        var (input, updates) = (call[0], call[2]);
        var axis = call.Axis(call.Integer("axis", 0), input.dim());
        var index = GatherOperators.Positive(call[1], input.shape[axis]);
        if (call.Text("reduction", "none") == "none")
        {
            return input.scatter(axis, index, updates);
        }

        var linear = zeros_like(index);
        for (var i = 0; i < input.dim(); i++)
        {
            long[] single = [.. Enumerable.Repeat(1L, (int)input.dim())];
            single[i] = -1;
            var at = i == axis ? index : arange(index.shape[i], ScalarType.Int64, index.device).reshape(single);
            linear = (linear * input.shape[i]) + at;
        }

        var rows = Combined(call, input.reshape(-1, 1), linear.reshape(-1), updates.reshape(-1, 1));
        return rows.reshape(input.shape);
    }

    private static Tensor Slices(OnnxCall call)
    {
        var (input, indices, updates) = (call[0], call[1], call[2]);
        var depth = indices.dim() > 0 ? (int)indices.shape[^1] : 0;
        if (depth < 1 || depth > input.dim())
        {
            throw call.Refusal($"takes {depth} indices of {input.dim()} axes");
        }

        var positions = input.shape[..depth].Aggregate(1L, (a, b) => a * b);
        var width = input.shape[depth..].Aggregate(1L, (a, b) => a * b);
        var linear = GatherOperators.Linear(indices, input.shape.AsSpan(0, depth)).reshape(-1);
        return Combined(call, input.reshape(positions, width), linear, updates.reshape(-1, width)).reshape(input.shape);
    }

    private static Tensor Combined(OnnxCall call, Tensor rows, Tensor index, Tensor updates) =>
        call.Text("reduction", "none") switch
        {
            "none" => rows.index_copy(0, index, updates),
            "add" => rows.index_add(0, index, updates, 1),
            "mul" => InTurns(rows, index, updates, (a, b) => a * b),
            "max" => InTurns(rows, index, updates, (a, b) => a.maximum(b)),
            "min" => InTurns(rows, index, updates, (a, b) => a.minimum(b)),
            var other => throw call.Refusal($"has the reduction '{other}', which is not known"),
        };

    // Updates of one row take turns, so that in each turn every row changes once.
    private static Tensor InTurns(Tensor rows, Tensor index, Tensor updates, Func<Tensor, Tensor, Tensor> combine)
    {
        var before = new Dictionary<long, int>();
        var turns = index
            .cpu()
            .data<long>()
            .Select((row, update) => (Row: row, Update: (long)update))
            .GroupBy(pair => before[pair.Row] = before.GetValueOrDefault(pair.Row) + 1);
        foreach (var turn in turns)
        {
            var which = tensor(turn.Select(pair => pair.Update).ToArray(), device: index.device);
            var target = index.index_select(0, which);
            var changed = combine(rows.index_select(0, target), updates.index_select(0, which));
            rows = rows.index_copy(0, target, changed);
        }

        return rows;
    }
}
