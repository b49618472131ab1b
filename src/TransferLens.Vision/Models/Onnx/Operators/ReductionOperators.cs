using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Functions of all values along axes.</summary>
internal static class ReductionOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        Reduction("ReduceSum", Numbers, 13, (x, axes, keep) => x.sum(axes, keep, x.dtype)),
        Reduction("ReduceMean", Floats, 18, (x, axes, keep) => x.mean(axes, keep)),
        Reduction("ReduceMax", Any, 18, (x, axes, keep) => x.amax(axes, keep)),
        Reduction("ReduceMin", Any, 18, (x, axes, keep) => x.amin(axes, keep)),
        Reduction("ReduceProd", Numbers, 18, Product),
        Reduction("ReduceL1", Numbers, 18, (x, axes, keep) => x.abs().sum(axes, keep, x.dtype)),
        Reduction("ReduceL2", Floats, 18, (x, axes, keep) => linalg.vector_norm(x, 2, axes, keep)),
        Reduction("ReduceSumSquare", Numbers, 18, (x, axes, keep) => (x * x).sum(axes, keep, x.dtype)),
        Reduction("ReduceLogSum", Floats, 18, (x, axes, keep) => x.sum(axes, keep).log()),
        Reduction("ReduceLogSumExp", Floats, 18, LogSumExp),
        new("ArgMax", 1, Numbers, call => Position(call, (x, axis) => x.argmax(axis, keepdim: true)))
        {
            Attributes = ["axis", "keepdims", "select_last_index"],
        },
        new("ArgMin", 1, Numbers, call => Position(call, (x, axis) => x.argmin(axis, keepdim: true)))
        {
            Attributes = ["axis", "keepdims", "select_last_index"],
        },
        new("CumSum", 11, Numbers, CumulativeSum) { Attributes = ["exclusive", "reverse"], LeastInputs = 2 },
    ];

    // Axes are an attribute before the version in which they became an input.
    private static OnnxOperator Reduction(
        string name,
        OnnxTypes types,
        long inputSince,
        Func<Tensor, long[], bool, Tensor> reduce
    ) =>
        new(name, 1, types, call => Reduce(call, inputSince, reduce))
        {
            Attributes = ["axes", "keepdims", "noop_with_empty_axes"],
        };

    private static Tensor Reduce(OnnxCall call, long inputSince, Func<Tensor, long[], bool, Tensor> reduce)
    {
        var input = call[0];
        var axes = call.AxesOf(inputSince, 1) ?? [];
        if (axes.Length == 0 && call.Integer("noop_with_empty_axes", 0) != 0)
        {
            return input.alias();
        }

        long[] which =
        [
            .. axes.Length > 0
                ? call.Axes(axes, input.dim()).Select(axis => (long)axis)
                : Enumerable.Range(0, (int)input.dim()).Select(axis => (long)axis),
        ];
        return reduce(input, which, call.Integer("keepdims", 1) != 0);
    }

    private static Tensor Product(Tensor input, long[] axes, bool keep) =>
        axes.Reverse().Aggregate(input, (x, axis) => x.prod(axis, keep, x.dtype));

    private static Tensor LogSumExp(Tensor input, long[] axes, bool keep) =>
        axes.Reverse().Aggregate(input, (x, axis) => x.logsumexp(axis, keep));

    private static Tensor Position(OnnxCall call, Func<Tensor, long, Tensor> find)
    {
        var axis = call.Axis(call.Integer("axis", 0), call[0].dim());
        var last = call.Integer("select_last_index", 0) != 0;
        var found = last ? call[0].shape[axis] - 1 - find(call[0].flip(axis), axis) : find(call[0], axis);
        return call.Integer("keepdims", 1) != 0 ? found : found.squeeze(axis);
    }

    private static Tensor CumulativeSum(OnnxCall call)
    {
        var axis = call.Axis(call.Value(1, 0), call[0].dim());
        var reverse = call.Integer("reverse", 0) != 0;
        var input = reverse ? call[0].flip(axis) : call[0];
        var sum = input.cumsum(axis, input.dtype);
        if (call.Integer("exclusive", 0) != 0)
        {
            sum -= input;
        }

        return reverse ? sum.flip(axis) : sum;
    }
}
