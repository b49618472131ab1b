using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>
/// Nodes whose meaning changed between versions of the operator set, and settings that ONNX's own cases leave out.
/// </summary>
internal static class RuntimeCases
{
    private const long Newest = 23;

    /// <summary>The cases.</summary>
    public static IEnumerable<NodeCase> All()
    {
        var generator = new Generator(1);
        Tensor Draw(params long[] shape) => randn(shape, generator: generator);
        return
        [
            .. Windows(Draw),
            .. Padding(Draw),
            .. Shapes(Draw),
            .. Reductions(Draw),
            .. Normalizations(Draw),
            .. Elements(Draw),
            .. Indices(Draw),
            .. ResizeCases.All(Draw),
        ];
    }

    private static Tensor Whole(params long[] values) => tensor(values, ScalarType.Int64);

    private static IEnumerable<NodeCase> Windows(Func<long[], Tensor> draw)
    {
        var (image, volume, signal) = (draw([2, 4, 9, 8]), draw([1, 4, 6, 7, 5]), draw([2, 4, 11]));
        var weight = draw([6, 2, 3, 2]);
        yield return new NodeCase("Conv", 8, Newest, image, weight).With("group", 2).With("pads", [1L, 0, 2, 3]);
        foreach (var mode in new[] { "SAME_UPPER", "SAME_LOWER", "VALID" })
        {
            yield return new NodeCase("Conv", 8, Newest, image, draw([3, 4, 3, 4]), draw([3]))
                .With("auto_pad", mode)
                .With("strides", [2L, 3]);
            yield return new NodeCase("MaxPool", 8, Newest, image).With("kernel_shape", [3L, 2]).With("auto_pad", mode);
            yield return new NodeCase("AveragePool", 8, Newest, image)
                .With("kernel_shape", [3L, 2])
                .With("auto_pad", mode)
                .With("strides", [2L, 2]);
        }

        yield return new NodeCase("Conv", 8, Newest, volume, draw([2, 4, 3, 2, 1])).With("dilations", [2L, 1, 1]);
        yield return new NodeCase("Conv", 8, Newest, signal, draw([4, 1, 3]), draw([4])).With("group", 4);
        var back = draw([4, 3, 3, 3]);
        yield return new NodeCase("ConvTranspose", 8, Newest, image, back, draw([3]))
            .With("strides", [2L, 2])
            .With("pads", [1L, 0, 0, 2])
            .With("output_padding", [1L, 1]);
        yield return new NodeCase("ConvTranspose", 8, Newest, image, back)
            .With("strides", [3L, 2])
            .With("dilations", [2L, 1])
            .With("pads", [1L, 1, 1, 1]);
        yield return new NodeCase("ConvTranspose", 11, Newest, image, back)
            .With("strides", [2L, 2])
            .With("output_shape", [18L, 16])
            .With("auto_pad", "SAME_UPPER");
        yield return new NodeCase("ConvTranspose", 8, Newest, signal, draw([4, 2, 4])).With("group", 2);
        foreach (var ceil in new[] { 0L, 1 })
        {
            yield return new NodeCase("MaxPool", 10, Newest, image) { Outputs = 2 }
                .With("kernel_shape", [3L, 3])
                .With("strides", [2L, 3])
                .With("pads", [1L, 0, 2, 1])
                .With("dilations", [1L, 2])
                .With("ceil_mode", ceil);
            foreach (var counted in new[] { 0L, 1 })
            {
                yield return new NodeCase("AveragePool", 10, Newest, image)
                    .With("kernel_shape", [3L, 3])
                    .With("strides", [2L, 2])
                    .With("pads", [1L, 0, 1, 2])
                    .With("count_include_pad", counted)
                    .With("ceil_mode", ceil);
            }
        }

        yield return new NodeCase("MaxPool", 8, Newest, volume).With("kernel_shape", [2L, 3, 2]);
        yield return new NodeCase("MaxPool", 8, Newest, signal).With("kernel_shape", [3L]).With("pads", [2L, 2]);
        yield return new NodeCase("AveragePool", 19, Newest, image)
            .With("kernel_shape", [3L, 2])
            .With("dilations", [2L, 2]);
        yield return new NodeCase("LpPool", 11, Newest, image).With("kernel_shape", [3L, 2]).With("p", 3);
        yield return new NodeCase("GlobalLpPool", 8, Newest, image).With("p", 1);
    }

    private static IEnumerable<NodeCase> Padding(Func<long[], Tensor> draw)
    {
        var image = draw([2, 3, 4, 5]);
        long[] pads = [0, 1, 2, 1, 0, 0, 1, 3];
        foreach (var mode in new[] { "constant", "reflect", "edge" })
        {
            yield return new NodeCase("Pad", 8, 10, image).With("pads", pads).With("mode", mode).With("value", 1.5);
            yield return new NodeCase("Pad", 11, Newest, image, Whole(pads), tensor(0.5f)).With("mode", mode);
            yield return new NodeCase("Pad", 18, Newest, image, Whole(2, 1, 1, 0), null, Whole(-1, 1)).With("mode", mode);
        }

        yield return new NodeCase("Pad", 11, Newest, image, Whole(0, 0, -1, 2, 0, 0, 2, -3));
        yield return new NodeCase("Pad", 19, Newest, image, Whole(pads)).With("mode", "wrap");
        yield return new NodeCase("Slice", 8, 9, image).With("starts", [1L, -3]).With("ends", [9L, -1]).With("axes", [1L, 3]);
        yield return new NodeCase("Slice", 10, Newest, image, Whole(3, -1), Whole(-9, 0), Whole(2, 3), Whole(-1, -2));
        yield return new NodeCase("Slice", 10, Newest, image, Whole(0, 1), Whole(long.MaxValue, 3), null, Whole(1, 2));
    }

    private static IEnumerable<NodeCase> Shapes(Func<long[], Tensor> draw)
    {
        var thin = draw([2, 1, 3, 1]);
        var x = draw([4, 5, 6]);
        yield return new NodeCase("Squeeze", 8, 12, thin).With("axes", [1L, 3]);
        yield return new NodeCase("Squeeze", 13, Newest, thin, Whole(-1, 1));
        yield return new NodeCase("Squeeze", 8, Newest, thin);
        yield return new NodeCase("Unsqueeze", 8, 12, x).With("axes", [0L, 2]);
        yield return new NodeCase("Unsqueeze", 13, Newest, x, Whole(-1, 1));
        yield return new NodeCase("Split", 8, 12, x) { Outputs = 2 }.With("axis", 1).With("split", [2L, 3]);
        yield return new NodeCase("Split", 8, 17, x) { Outputs = 2 };
        yield return new NodeCase("Split", 13, Newest, x, Whole(1, 5)) { Outputs = 2 }.With("axis", -1);
        yield return new NodeCase("Split", 18, Newest, x) { Outputs = 3 }.With("axis", 1).With("num_outputs", 3);
        yield return new NodeCase("Flatten", 11, Newest, x).With("axis", -1);
        yield return new NodeCase("Flatten", 8, Newest, x).With("axis", 3);
        yield return new NodeCase("Reshape", 8, Newest, x, Whole(0, -1, 3));
        yield return new NodeCase("Concat", 11, Newest, x, x).With("axis", -2);
        yield return new NodeCase("Expand", 8, Newest, thin, Whole(3, 1, 1, 1, 4));
        yield return new NodeCase("Tile", 8, Newest, x, Whole(2, 1, 3));
        yield return new NodeCase("Transpose", 8, Newest, x);
        yield return new NodeCase("Shape", 15, Newest, x).With("start", -2).With("end", 9);
        yield return new NodeCase("EyeLike", 9, Newest, draw([3, 5])).With("k", -1).With("dtype", 7);
        yield return new NodeCase("Range", 11, Newest, tensor(5f), tensor(-1f), tensor(-1.5f));
        yield return new NodeCase("ConstantOfShape", 9, Newest, Whole(2, 3)).With("value", Whole(7));
        yield return new NodeCase("DepthToSpace", 11, Newest, draw([2, 8, 3, 2])).With("blocksize", 2).With("mode", "CRD");
        yield return new NodeCase("DepthToSpace", 8, Newest, draw([2, 8, 3, 2])).With("blocksize", 2);
        yield return new NodeCase("SpaceToDepth", 8, Newest, draw([2, 3, 4, 6])).With("blocksize", 2);
        yield return new NodeCase("Trilu", 14, Newest, x, tensor(-1L)).With("upper", 0);
    }

    private static IEnumerable<NodeCase> Reductions(Func<long[], Tensor> draw)
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

        var equal = tensor(new float[,] { { 2, 2, 1 }, { 0, 3, 3 } });
        foreach (var last in new[] { 0L, 1 })
        {
            yield return new NodeCase("ArgMax", 12, Newest, equal).With("axis", 1).With("select_last_index", last);
        }

        yield return new NodeCase("ArgMin", 8, Newest, equal).With("axis", 0).With("keepdims", 0);
        yield return new NodeCase("CumSum", 11, Newest, x, tensor(-1L)).With("exclusive", 1).With("reverse", 1);
        yield return new NodeCase("TopK", 8, 9, x) { Outputs = 2 }.With("k", 3).With("axis", 1);
        yield return new NodeCase("TopK", 10, Newest, x, Whole(2)) { Outputs = 2 };
        yield return new NodeCase("TopK", 11, Newest, x, Whole(2)) { Outputs = 2 }.With("largest", 0).With("axis", 0);
    }

    private static IEnumerable<NodeCase> Normalizations(Func<long[], Tensor> draw)
    {
        var (image, four) = (draw([2, 4, 5, 3]), draw([4]));
        var variance = draw([4]).abs_();
        yield return new NodeCase("BatchNormalization", 8, Newest, image, four, draw([4]), draw([4]), variance)
            .With("epsilon", 1e-3);
        yield return new NodeCase("InstanceNormalization", 8, Newest, image, four, draw([4]));
        yield return new NodeCase("GroupNormalization", 21, Newest, image, four, draw([4])).With("num_groups", 2);
        yield return new NodeCase("LayerNormalization", 17, Newest, image, draw([5, 3]), draw([5, 3])) { Outputs = 3 }
            .With("axis", 2);
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
        yield return new NodeCase("Attention", 23, 23, draw([2, 3, 5, 4]), draw([2, 3, 5, 4]), draw([2, 3, 5, 4]), draw([5, 5]))
            .With("scale", 0.7)
            .With("softcap", 2.0)
            .With("is_causal", 1);
    }

    private static IEnumerable<NodeCase> Elements(Func<long[], Tensor> draw)
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
        yield return new NodeCase("Einsum", 12, Newest, draw([2, 3, 4]), draw([2, 4, 5])).With("equation", "...ij, ...jk -> ...ik");
    }

    private static IEnumerable<NodeCase> Indices(Func<long[], Tensor> draw)
    {
        var x = draw([3, 4, 2]);
        var pairs = Whole(0, 1, 2, 3, 0, 1).reshape(3, 2);
        yield return new NodeCase("Gather", 11, Newest, x, Whole(-1, 0).reshape(1, 2)).With("axis", 1);
        yield return new NodeCase("Gather", 8, Newest, x, tensor(2L));
        yield return new NodeCase("GatherElements", 11, Newest, x, Whole(1, -1, 0).reshape(3, 1, 1)).With("axis", 1);
        yield return new NodeCase("GatherND", 11, Newest, x, pairs);
        yield return new NodeCase("GatherND", 12, Newest, x, Whole(1, -2, 3).reshape(3, 1)).With("batch_dims", 1);
        yield return new NodeCase("ScatterND", 11, Newest, x, Whole(2, 0).reshape(2, 1), draw([2, 4, 2]));
        foreach (var (reduction, since) in new[] { ("add", 16L), ("mul", 16), ("max", 18), ("min", 18) })
        {
            yield return new NodeCase("ScatterND", since, Newest, x, pairs, draw([3, 2])).With("reduction", reduction);
            yield return new NodeCase("ScatterElements", since, Newest, x, Whole(1, 1, -1, 0).reshape(2, 2, 1), draw([2, 2, 1]))
                .With("reduction", reduction)
                .With("axis", 1);
        }

        yield return new NodeCase("OneHot", 9, Newest, Whole(1, -1, 7), Whole(4), tensor(new[] { 0.5f, 2 })).With("axis", 0);
        yield return new NodeCase("NonZero", 9, Newest, x.gt(0).to(ScalarType.Float32));
        yield return new NodeCase("Compress", 9, Newest, x, tensor(new[] { true, false, true })).With("axis", 0);
        yield return new NodeCase("ReverseSequence", 10, Newest, draw([4, 3, 2]), Whole(1, 4, 2));
    }
}
