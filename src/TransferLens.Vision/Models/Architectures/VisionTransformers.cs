using System.Collections.Immutable;
using TransferLens.Vision.Models.Layers;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// The vision transformers by timm's names. Weights may differ from what a name stands for in tokens, position
/// embeddings, layer scale and pooling; <see cref="NetworkArchitecture.VariantFor"/> gives the network for them.
/// </summary>
/// <remarks>DeiT without distillation (Touvron et al. 2021) is the same network under another name.</remarks>
internal static class VisionTransformers
{
    private static readonly ImmutableArray<string> Sizes = ["tiny", "small", "base", "large"];

    /// <summary>Every network, those that share their tensors' shapes in the order of preference.</summary>
    public static ImmutableArray<NetworkArchitecture> Architectures { get; } =
    [
        .. Plain("vit", ("tiny", 16, 224), ("small", 16, 224), ("base", 16, 224)),
        .. Plain("deit", ("tiny", 16, 224), ("small", 16, 224), ("base", 16, 224), ("base", 16, 384)),
        .. Plain("vit", ("large", 16, 224), ("small", 32, 224), ("base", 32, 224), ("large", 32, 224)),
        .. Plain("vit", ("small", 8, 224), ("base", 8, 224), ("large", 14, 224)),
        .. Plain("vit", ("tiny", 16, 384), ("small", 16, 384), ("base", 16, 384), ("large", 16, 384)),
        .. Plain("vit", ("small", 32, 384), ("base", 32, 384), ("large", 32, 384)),
        .. from pixels in (int[])[224, 384]
        from size in Sizes[1..]
        select Declare($"deit3_{size}_patch16_{pixels}", WithoutPlacedToken(size, 16, pixels, 1e-6)),
        .. from size in Sizes[1..]
        select Declare($"vit_{size}_patch14_dinov2", Shape(size, 14, 518) with { LayerScale = 1e-5 }),
        .. from size in Sizes[1..]
        let shape = WithoutPlacedToken(size, 14, 518, 1e-5)
        select Declare($"vit_{size}_patch14_reg4_dinov2", shape with { Registers = 4 }),
        .. from suffix in (string[])["clip", "clip_quickgelu"]
        from known in ((string, int, int)[])[("base", 32, 224), ("base", 16, 224), ("large", 14, 224), ("large", 14, 336)]
        select DeclareClip(suffix, known),
    ];

    private static IEnumerable<NetworkArchitecture> Plain(
        string family,
        params (string Size, int Patch, int Pixels)[] networks
    ) => networks.Select(network =>
        Declare(
            $"{family}_{network.Size}_patch{network.Patch}_{network.Pixels}",
            Shape(network.Size, network.Patch, network.Pixels)
        ));

    private static NetworkArchitecture DeclareClip(string suffix, (string Size, int Patch, int Pixels) network) =>
        Declare(
            $"vit_{network.Size}_patch{network.Patch}_{suffix}_{network.Pixels}",
            Shape(network.Size, network.Patch, network.Pixels) with
            {
                IsClip = true,
                HasQuickGelu = suffix == "clip_quickgelu",
            }
        );

    private static TransformerShape WithoutPlacedToken(string size, int patch, int pixels, double layerScale) =>
        Shape(size, patch, pixels) with
        {
            PlacesPrefix = false,
            LayerScale = layerScale,
        };

    private static TransformerShape Shape(string size, int patch, int pixels)
    {
        var (width, depth) = size switch
        {
            "tiny" => (192, 12),
            "small" => (384, 12),
            "base" => (768, 12),
            _ => (1024, 24),
        };
        return new(patch, width, depth, pixels / patch);
    }

    private static NetworkArchitecture Declare(string name, TransformerShape shape) =>
        new(
            name,
            VisionTransformer.ModulesOf(shape),
            tensors => VisionTransformer.Fits(tensors, shape),
            (classes, generator) => VisionTransformer.Create(name, shape, classes, generator)
        )
        {
            SmallestSize = shape.Patch,
            SizeMultiple = shape.Patch,
            LastStage = $"blocks.{shape.Depth - 1}",
            Variant = weights => shape.For(weights) is var other && other != shape ? Declare(name, other) : null,
        };
}
