using System.Collections.Immutable;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// Vision transformers (Dosovitskiy et al. 2021) of 12 blocks on patches of 16 pixels of images of 224, with the names and the
/// initialization of timm 0.6: normalized before each part, a class token, learned positions, the head on the class token alone.
/// A module is the embedding of the patches with token and positions, a block, the last normalization, or the head.
/// </summary>
/// <remarks>DeiT without distillation (Touvron et al. 2021) is the same network trained otherwise; its names are known too.</remarks>
internal static class VisionTransformer
{
    private const int Depth = 12;
    private const int Patch = 16;
    private const int Size = 224;

    /// <summary>Widths 192, 384 and 768 with heads of 64 features, each by both of its names.</summary>
    public static ImmutableArray<NetworkArchitecture> Architectures { get; } =
    [
        .. from family in (string[])["vit", "deit"]
        from kind in ((string, long)[])[("tiny", 192), ("small", 384), ("base", 768)]
        let name = $"{family}_{kind.Item1}_patch16_224"
        select new NetworkArchitecture(
            name,
            ["patch_embed", .. Enumerable.Range(0, Depth).Select(i => $"blocks.{i}"), "norm", "head"],
            tensors =>
                tensors.Contains("cls_token")
                && tensors.Contains($"blocks.{Depth - 1}.attn.qkv.weight")
                && tensors.Contains("head.weight"),
            (classes, generator) => Make(name, kind.Item2, classes, generator)
        )
        {
            SmallestSize = Size,
            LargestSize = Size,
            LastStage = $"blocks.{Depth - 1}",
        },
    ];

    private static Network Make(string name, long width, int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var token = root.Add("cls_token", new Parameter(NewWeights.Zeros(1, 1, width)));
        var positions = root.Add(
            "pos_embed",
            new Parameter(NewWeights.Zeros(1, 1 + (Size / Patch * (Size / Patch)), width))
        );
        var patches = root.Add("patch_embed.proj", new Convolution(3, width, Patch, Patch, bias: true));
        WeightInitialization.Normal(token, 1e-6, generator);
        WeightInitialization.Normal(positions, 0.02, generator);
        WeightInitialization.ConvolutionDefault(patches, generator);
        List<NetworkModule> modules =
        [
            new("patch_embed", ["cls_token", "pos_embed", "patch_embed"], x => Embedded(x, patches, token, positions)),
        ];
        for (var i = 0; i < Depth; i++)
        {
            modules.Add(
                new(
                    $"blocks.{i}",
                    [$"blocks.{i}"],
                    new TransformerBlock(root, $"blocks.{i}", width, width / 64, generator).Forward
                )
            );
        }

        var (norm, head) = (
            root.Add("norm", new LayerNormalization(width)),
            root.Add("head", new Linear(width, classes))
        );
        WeightInitialization.Normal(head.Weight, 0.02, generator);
        modules.Add(new("norm", ["norm"], norm.forward));
        modules.Add(new("head", ["head"], x => Head(x, head)));
        return new(name, root, modules);
    }

    // (n, 3, 224, 224) -> (n, 1 + 196, width): the class token, then the patches row by row.
    private static Tensor Embedded(Tensor input, Convolution patches, Parameter token, Parameter positions)
    {
        using var scope = NewDisposeScope();
        var embedded = patches.forward(input).flatten(2).transpose(1, 2);
        var first = token.to(input.dtype).expand(input.shape[0], 1, token.shape[2]);
        return (cat([first, embedded], 1) + positions.to(input.dtype)).MoveToOuterDisposeScope();
    }

    private static Tensor Head(Tensor input, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(input.select(1, 0)).MoveToOuterDisposeScope();
    }
}
