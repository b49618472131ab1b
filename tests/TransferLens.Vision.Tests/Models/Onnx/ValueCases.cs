using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Nodes that compute values from all, some or single elements.</summary>
internal static class ValueCases
{
    private const long Newest = 23;

    /// <summary>Reductions.</summary>
    public static IEnumerable<NodeCase> Reductions(Func<long[], Tensor> draw)
    {
        var x = draw([3, 4, 5]).abs_().add_(0.1);
        string[] names = ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"];
        string[] others = ["ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"];
        foreach (var name in names.Concat(others))
        {
            yield return new NodeCase(name, 8, 17, x).With("axes", [0L, 2]).With("keepdims", 0);
            yield return new NodeCase(name, 18, Newest, x, Whole(-1, 0));
            yield return new NodeCase(name, 8, Newest, x);
        }

        yield return new NodeCase("ReduceSum", 8, 12, x).With("axes", [1L]);
        yield return new NodeCase("ReduceSum", 13, Newest, x, Whole(-2)).With("keepdims", 0);
        yield return new NodeCase("ReduceSum", 13, Newest, x).With("noop_with_empty_axes", 1);
        yield return new NodeCase("ReduceSum", 13, Newest, Whole(3, 4, 5));
        foreach (var name in new[] { "Softmax", "LogSoftmax", "Hardmax" })
        {
            yield return new NodeCase(name, 8, Newest, x);
            yield return new NodeCase(name, 8, Newest, x).With("axis", 0);
        }

        var equal = tensor(
            new float[,]
            {
                { 2, 2, 1 },
                { 0, 3, 3 },
            }
        );
        foreach (var last in new[] { 0L, 1 })
        {
            yield return new NodeCase("ArgMax", 12, Newest, equal).With("axis", 1).With("select_last_index", last);
        }

        yield return new NodeCase("ArgMin", 8, Newest, equal).With("axis", 0).With("keepdims", 0);
        yield return new NodeCase("CumSum", 11, Newest, x, tensor(-1L)).With("exclusive", 1).With("reverse", 1);
        yield return new NodeCase("TopK", 8, 9, x) { Outputs = 2 }
            .With("k", 3)
            .With("axis", 1);
        yield return new NodeCase("TopK", 10, Newest, x, Whole(2)) { Outputs = 2 };
        yield return new NodeCase("TopK", 11, Newest, x, Whole(2)) { Outputs = 2 }
            .With("largest", 0)
            .With("axis", 0);
    }

    /// <summary>Normalizations.</summary>
    public static IEnumerable<NodeCase> Normalizations(Func<long[], Tensor> draw)
    {
        var (image, four) = (draw([2, 4, 5, 3]), draw([4]));
        var variance = draw([4]).abs_();
        yield return new NodeCase("BatchNormalization", 8, Newest, image, four, draw([4]), draw([4]), variance).With(
            "epsilon",
            1e-3
        );
        // As CNTK writes it.
        yield return new NodeCase("BatchNormalization", 8, 8, image, four, draw([4]), draw([4]), variance).With(
            "spatial",
            1
        );
        yield return new NodeCase("InstanceNormalization", 8, Newest, image, four, draw([4]));
        yield return new NodeCase("GroupNormalization", 21, Newest, image, four, draw([4])).With("num_groups", 2);
        yield return new NodeCase("LayerNormalization", 17, Newest, image, draw([5, 3]), draw([5, 3]))
        {
            Outputs = 3,
        }.With("axis", 2);
        yield return new NodeCase("LayerNormalization", 17, Newest, image, draw([3])).With("epsilon", 0.1);
        yield return new NodeCase("RMSNormalization", 23, Newest, image, draw([3]));
        yield return new NodeCase("LRN", 8, Newest, image).With("size", 5).With("alpha", 0.5).With("bias", 2.0);
        yield return new NodeCase("LRN", 8, Newest, image).With("size", 3).With("beta", 0.4);
        yield return new NodeCase("LpNormalization", 8, Newest, image).With("axis", 1).With("p", 1);
        yield return new NodeCase("MeanVarianceNormalization", 9, Newest, image).With("axes", [0L, 3]);
        yield return new NodeCase("Dropout", 8, 11, image).With("ratio", 0.3);
        yield return new NodeCase("Dropout", 12, Newest, image, tensor(0.3f)) { Outputs = 2 };
        yield return new NodeCase("Attention", 23, 23, draw([2, 5, 12]), draw([2, 4, 6]), draw([2, 4, 6]))
            .With("q_num_heads", 4)
            .With("kv_num_heads", 2);
        yield return new NodeCase(
            "Attention",
            23,
            23,
            draw([2, 3, 5, 4]),
            draw([2, 3, 5, 4]),
            draw([2, 3, 5, 4]),
            draw([5, 5])
        )
            .With("scale", 0.7)
            .With("softcap", 2.0)
            .With("is_causal", 1);
    }

    /// <summary>Elements.</summary>
    public static IEnumerable<NodeCase> Elements(Func<long[], Tensor> draw)
    {
        var x = draw([3, 4]);
        yield return new NodeCase("Clip", 8, 10, x).With("min", -0.5).With("max", 0.25);
        yield return new NodeCase("Clip", 11, Newest, x, null, tensor(0.1f));
        yield return new NodeCase("Clip", 11, Newest, x, tensor(-0.1f), tensor(0.1f));
        yield return new NodeCase("Gelu", 20, Newest, x).With("approximate", "tanh");
        yield return new NodeCase("Mish", 18, Newest, x);
        yield return new NodeCase("Selu", 8, Newest, x).With("alpha", 2.0).With("gamma", 3.0);
        yield return new NodeCase("Shrink", 9, Newest, x).With("bias", 0.5).With("lambd", 1.0);
        yield return new NodeCase("PRelu", 9, Newest, x, draw([4]));
        yield return new NodeCase("HardSigmoid", 8, Newest, x).With("alpha", 1.0 / 6);
        yield return new NodeCase("Div", 8, Newest, Whole(7, -7, 5), Whole(2, 2, -3));
        yield return new NodeCase("Mod", 10, Newest, Whole(7, -7, 5), Whole(3, 3, -3));
        yield return new NodeCase("Mod", 10, Newest, x, draw([4])).With("fmod", 1);
        yield return new NodeCase("Pow", 12, Newest, x, Whole(2, 3, 2, 0));
        yield return new NodeCase("Cast", 9, Newest, x * 10).With("to", 6);
        yield return new NodeCase("Cast", 9, Newest, x).With("to", 9);
        yield return new NodeCase("IsInf", 10, Newest, x / 0).With("detect_negative", 0);
        yield return new NodeCase("Gemm", 8, Newest, x, draw([5, 3]), draw([4, 1]))
            .With("transA", 1)
            .With("transB", 1)
            .With("alpha", 0.5)
            .With("beta", 2.0);
        yield return new NodeCase("Gemm", 11, Newest, x, draw([5, 4])).With("transB", 1);
        yield return new NodeCase("Einsum", 12, Newest, draw([2, 3, 4]), draw([2, 4, 5])).With(
            "equation",
            "...ij, ...jk -> ...ik"
        );
    }

    private static Tensor Whole(params long[] values) => tensor(values, ScalarType.Int64);
}
