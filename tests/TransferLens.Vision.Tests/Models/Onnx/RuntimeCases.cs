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
            .. WindowCases.All(Draw),
            .. Padding(Draw),
            .. Shapes(Draw),
            .. ValueCases.Reductions(Draw),
            .. ValueCases.Normalizations(Draw),
            .. ValueCases.Elements(Draw),
            .. Indices(Draw),
            .. ResizeCases.All(Draw),
        ];
    }

    private static Tensor Whole(params long[] values) => tensor(values, ScalarType.Int64);

    private static IEnumerable<NodeCase> Padding(Func<long[], Tensor> draw)
    {
        var image = draw([2, 3, 4, 5]);
        long[] pads = [0, 1, 2, 1, 0, 0, 1, 3];
        foreach (var mode in new[] { "constant", "reflect", "edge" })
        {
            yield return new NodeCase("Pad", 8, 10, image).With("pads", pads).With("mode", mode).With("value", 1.5);
            yield return new NodeCase("Pad", 11, Newest, image, Whole(pads), tensor(0.5f)).With("mode", mode);
            yield return new NodeCase("Pad", 18, Newest, image, Whole(2, 1, 1, 0), null, Whole(-1, 1)).With(
                "mode",
                mode
            );
        }

        yield return new NodeCase("Pad", 11, Newest, image, Whole(0, 0, -1, 2, 0, 0, 2, -3));
        yield return new NodeCase("Pad", 19, Newest, image, Whole(pads)).With("mode", "wrap");
        yield return new NodeCase("Slice", 8, 9, image)
            .With("starts", [1L, -3])
            .With("ends", [9L, -1])
            .With("axes", [1L, 3]);
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
        yield return new NodeCase("Split", 8, 12, x) { Outputs = 2 }
            .With("axis", 1)
            .With("split", [2L, 3]);
        yield return new NodeCase("Split", 8, 17, x) { Outputs = 2 };
        yield return new NodeCase("Split", 13, Newest, x, Whole(1, 5)) { Outputs = 2 }.With("axis", -1);
        yield return new NodeCase("Split", 18, Newest, x) { Outputs = 3 }
            .With("axis", 1)
            .With("num_outputs", 3);
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
        yield return new NodeCase("DepthToSpace", 11, Newest, draw([2, 8, 3, 2]))
            .With("blocksize", 2)
            .With("mode", "CRD");
        yield return new NodeCase("DepthToSpace", 8, Newest, draw([2, 8, 3, 2])).With("blocksize", 2);
        yield return new NodeCase("SpaceToDepth", 8, Newest, draw([2, 3, 4, 6])).With("blocksize", 2);
        yield return new NodeCase("Trilu", 14, Newest, x, tensor(-1L)).With("upper", 0);
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
            yield return new NodeCase(
                "ScatterElements",
                since,
                Newest,
                x,
                Whole(1, 1, -1, 0).reshape(2, 2, 1),
                draw([2, 2, 1])
            )
                .With("reduction", reduction)
                .With("axis", 1);
        }

        yield return new NodeCase("OneHot", 9, Newest, Whole(1, -1, 7), Whole(4), tensor(new[] { 0.5f, 2 })).With(
            "axis",
            0
        );
        yield return new NodeCase("NonZero", 9, Newest, x.gt(0).to(ScalarType.Float32));
        yield return new NodeCase("Compress", 9, Newest, x, tensor(new[] { true, false, true })).With("axis", 0);
        yield return new NodeCase("ReverseSequence", 10, Newest, draw([4, 3, 2]), Whole(1, 4, 2));
    }
}
