using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Nodes that resize, in all versions and modes.</summary>
internal static class ResizeCases
{
    private const long Newest = 23;

    private static readonly string[] Coordinates = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"];
    private static readonly string[] Rounding = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

    /// <summary>The cases.</summary>
    public static IEnumerable<NodeCase> All(Func<long[], Tensor> draw)
    {
        var image = draw([1, 2, 4, 6]);
        foreach (var mode in new[] { "nearest", "linear" })
        {
            float[] scales = [1, 1, 2, 1.5f];
            yield return new NodeCase("Upsample", 8, 8, image).With("mode", mode).With("scales", scales);
            yield return new NodeCase("Upsample", 9, 9, image, tensor(scales)).With("mode", mode);
            yield return new NodeCase("Resize", 10, 10, image, tensor(scales)).With("mode", mode);
        }

        foreach (var coordinates in Coordinates)
        {
            NodeCase In(NodeCase resize) => resize.With("coordinate_transformation_mode", coordinates);
            foreach (var mode in new[] { "linear", "cubic" })
            {
                yield return In(Sized(image, 7, 3)).With("mode", mode);
                yield return In(Scaled(image, 2.5f, 0.5f)).With("mode", mode);
            }

            foreach (var rounding in Rounding)
            {
                yield return In(Sized(image, 9, 3)).With("nearest_mode", rounding);
            }
        }

        // Before opset 13 an input that is not given is empty.
        yield return new NodeCase("Resize", 11, 12, image, zeros(0), zeros(0), Sizes(7, 3)).With("mode", "cubic");
        yield return Sized(image, 3, 3).With("mode", "cubic").With("exclude_outside", 1).With("cubic_coeff_a", -0.5);
        var region = tensor(new[] { 0, 0, 0.2f, -0.3f, 1, 1, 0.9f, 1.2f });
        yield return new NodeCase("Resize", 13, Newest, image, region, null, Sizes(3, 5))
            .With("mode", "linear")
            .With("coordinate_transformation_mode", "tf_crop_and_resize")
            .With("extrapolation_value", 7.0);
        foreach (var mode in new[] { "linear", "cubic" })
        {
            yield return new NodeCase("Resize", 18, Newest, image, null, null, Sizes(2, 4))
                .With("mode", mode)
                .With("antialias", 1);
        }

        var two = tensor(new long[] { 8, 9 });
        foreach (var policy in new[] { "not_larger", "not_smaller", "stretch" })
        {
            yield return new NodeCase("Resize", 18, Newest, image, null, null, two)
                .With("mode", "linear")
                .With("axes", [2L, 3])
                .With("keep_aspect_ratio_policy", policy);
        }

        yield return new NodeCase("Resize", 19, Newest, image, null, tensor(new[] { 1, 1, 0.8f, 0.6f }))
            .With("mode", "linear")
            .With("coordinate_transformation_mode", "half_pixel_symmetric");
    }

    private static NodeCase Sized(Tensor image, long height, long width) =>
        new("Resize", 13, Newest, image, null, null, Sizes(height, width));

    private static NodeCase Scaled(Tensor image, float height, float width) =>
        new("Resize", 11, Newest, image, zeros(0), tensor(new[] { 1, 1, height, width }));

    private static Tensor Sizes(long height, long width) => tensor(new[] { 1, 2, height, width });
}
