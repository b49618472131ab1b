using System.Collections.Immutable;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>EfficientNet under other names than torchvision's, which are the network's.</summary>
internal static class EfficientLayouts
{
    /// <summary>timm, <c>models/efficientnet.py</c>: the blocks of the first stage do not expand.</summary>
    public static Layout Timm { get; } =
        new(
            "timm's EfficientNet",
            "blocks.0.0.se.conv_reduce.weight",
            [
                new("conv_stem", "features.0.0"),
                new("bn1", "features.0.1"),
                .. Block("blocks.0.#", "features.1.{0}", [("conv_dw", "bn1"), ("conv_pw", "bn2")]),
                .. Block(
                    "blocks.#.#",
                    "features.{0+1}.{1}",
                    [("conv_pw", "bn1"), ("conv_dw", "bn2"), ("conv_pwl", "bn3")]
                ),
                new("conv_head", "features.8.0"),
                new("bn2", "features.8.1"),
                new("classifier", "classifier.1"),
            ]
        )
        {
            Doubt = new(
                "timm's tf_efficientnet has the same tensors, but TensorFlow's padding and another epsilon: its "
                    + "outputs would be wrong here",
                IsSettledByName: true
            ),
        };

    /// <summary>All of them.</summary>
    public static ImmutableArray<Layout> All { get; } = [Timm];

    // Squeeze and excitation comes before the last convolution.
    private static IEnumerable<NameRule> Block(
        string from,
        string to,
        ImmutableArray<(string Convolution, string Norm)> layers
    )
    {
        for (var i = 0; i < layers.Length; i++)
        {
            var place = i == layers.Length - 1 ? i + 1 : i;
            yield return new($"{from}.{layers[i].Convolution}", $"{to}.block.{place}.0");
            yield return new($"{from}.{layers[i].Norm}", $"{to}.block.{place}.1");
        }

        yield return new($"{from}.se.conv_reduce", $"{to}.block.{layers.Length - 1}.fc1");
        yield return new($"{from}.se.conv_expand", $"{to}.block.{layers.Length - 1}.fc2");
    }
}
