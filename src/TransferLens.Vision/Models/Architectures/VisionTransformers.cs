using System.Collections.Immutable;
using TransferLens.Vision.Models.Layers;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// The vision transformers by timm's names. Weights may differ from what a name means in tokens, position
/// embeddings, layer scale and pooling; <see cref="NetworkArchitecture.VariantFor"/> gives the network for them.
/// </summary>
/// <remarks>DeiT without distillation (Touvron et al. 2021) is the same network under another name.</remarks>
internal static class VisionTransformers
{
    private static readonly ImmutableArray<string> Sizes = ["tiny", "small", "base", "large"];

    /// <summary>Every name with its shape, those that share their tensors' shapes in the order of preference.</summary>
    internal static ImmutableArray<(string Name, TransformerShape Shape)> Named { get; } =
    [
        .. Plain("vit", ("tiny", 16, 224), ("small", 16, 224), ("base", 16, 224)),
        .. Plain("deit", ("tiny", 16, 224), ("small", 16, 224), ("base", 16, 224)),
        .. Plain("vit", ("large", 16, 224), ("small", 32, 224), ("base", 32, 224), ("large", 32, 224)),
        .. Plain("vit", ("small", 8, 224), ("base", 8, 224), ("large", 14, 224)),
        .. Plain("vit", ("tiny", 16, 384), ("small", 16, 384), ("base", 16, 384), ("large", 16, 384)),
        .. Plain("vit", ("small", 32, 384), ("base", 32, 384), ("large", 32, 384)),
        .. Plain("deit", ("base", 16, 384)),
        .. from pixels in (int[])[224, 384]
        from size in Sizes[1..]
        select ($"deit3_{size}_patch16_{pixels}", WithoutPlacedToken(size, 16, pixels, 1e-6)),
        .. from size in Sizes[1..]
        select ($"vit_{size}_patch14_dinov2", Shape(size, 14, 518) with { LayerScale = 1e-5 }),
        .. from size in Sizes[1..]
        let shape = WithoutPlacedToken(size, 14, 518, 1e-5)
        select ($"vit_{size}_patch14_reg4_dinov2", shape with { Registers = 4 }),
        .. Clip("clip", quick: false),
        .. Clip("clip_quickgelu", quick: true),
        // moco-v3, vits.py: twice as many heads as the small transformer of others.
        ("vit_small_patch16_mocov3_224", Shape("small", 16, 224) with { Heads = 12 }),
    ];

    /// <summary>Every network.</summary>
    public static ImmutableArray<NetworkArchitecture> Architectures { get; } =
    [.. Named.Select(network => Declare(network.Name, network.Shape))];

    private static IEnumerable<(string, TransformerShape)> Plain(
        string family,
        params (string Size, int Patch, int Pixels)[] networks
    ) =>
        from network in networks
        let name = $"{family}_{network.Size}_patch{network.Patch}_{network.Pixels}"
        select (name, Shape(network.Size, network.Patch, network.Pixels));

    private static IEnumerable<(string, TransformerShape)> Clip(string suffix, bool quick) =>
        from network in ((string Size, int Patch, int Pixels)[])
            [("base", 32, 224), ("base", 16, 224), ("large", 14, 224), ("large", 14, 336)]
        let shape = Shape(network.Size, network.Patch, network.Pixels)
        let name = $"vit_{network.Size}_patch{network.Patch}_{suffix}_{network.Pixels}"
        select (name, shape with { IsClip = true, HasQuickGelu = quick });

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

    /// <summary>Declares a transformer of any shape.</summary>
    internal static NetworkArchitecture Declare(string name, TransformerShape shape) =>
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
            Hidden = shape.Hidden,
            Variant = weights => shape.For(weights) is var other && other != shape ? Declare(name, other) : null,
        };
}
