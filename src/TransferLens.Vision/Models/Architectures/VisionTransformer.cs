using System.Collections.Immutable;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// Vision transformers (Dosovitskiy et al. 2021) of 12 pre-norm blocks on 16x16 patches of 224x224 images, with the
/// tensor names and initialization of timm 0.6: a class token, learned positions, and a head on the class token alone.
/// A module is the embedding of the patches with class token and positions, a block, the last normalization, or the
/// head.
/// </summary>
/// <remarks>DeiT without distillation (Touvron et al. 2021) is the same network under another name.</remarks>
internal static class VisionTransformer
{
    private const int Depth = 12;
    private const int Patch = 16;
    private const int Size = 224;

    /// <summary>Widths 192, 384 and 768 with attention heads of 64 features, each under both names.</summary>
    public static ImmutableArray<NetworkArchitecture> Architectures { get; } =
    [
        .. from family in (string[])["vit", "deit"]
        from size in ((string Name, long Width)[])[("tiny", 192), ("small", 384), ("base", 768)]
        select Declare($"{family}_{size.Name}_patch16_224", size.Width),
    ];

    private static NetworkArchitecture Declare(string name, long width)
    {
        string[] modules = ["patch_embed", .. Enumerable.Range(0, Depth).Select(i => $"blocks.{i}"), "norm", "head"];
        return new(name, modules, Fits, (classes, generator) => Create(name, width, classes, generator))
        {
            SmallestSize = Size,
            LargestSize = Size,
            LastStage = $"blocks.{Depth - 1}",
        };
    }

    private static bool Fits(IReadOnlyCollection<string> tensors) =>
        tensors.Contains("cls_token")
        && tensors.Contains($"blocks.{Depth - 1}.attn.qkv.weight")
        && tensors.Contains("head.weight");

    private static Network Create(string name, long width, int classes, Generator? generator)
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
            new("patch_embed", ["cls_token", "pos_embed", "patch_embed"], x => Embed(x, patches, token, positions)),
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
    private static Tensor Embed(Tensor input, Convolution patches, Parameter token, Parameter positions)
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
