using System.Collections.Immutable;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>Swin transformers under other names than torchvision's, which are the network's.</summary>
internal static class SwinLayouts
{
    /// <summary>
    /// microsoft/Swin-Transformer, <c>models/swin_transformer.py</c>, and timm before 0.9: a stage ends with the
    /// merging of patches.
    /// </summary>
    public static Layout Microsoft { get; } =
        new(
            "Microsoft's Swin",
            "layers.0.downsample.reduction.weight",
            [.. Stem(), new("layers.#.downsample", "features.{2*0+2}"), .. Blocks(), new("head", "head")]
        );

    /// <summary>
    /// timm since 0.9, <c>models/swin_transformer.py</c>: a stage begins with the merging of patches.
    /// </summary>
    public static Layout Timm { get; } =
        new(
            "timm's Swin",
            "layers.3.downsample.reduction.weight",
            [.. Stem(), new("layers.#.downsample", "features.{2*0}"), .. Blocks(), new("head.fc", "head")]
        );

    /// <summary>transformers, <c>models/swin/convert_swin_timm_to_pytorch.py</c>.</summary>
    public static Layout HuggingFace { get; } =
        new(
            "Hugging Face's Swin",
            "encoder.layers.0.blocks.0.attention.self.relative_position_bias_table",
            [
                new("embeddings.patch_embeddings.projection", "features.0.0"),
                new("embeddings.norm", "features.0.2"),
                new("encoder.layers.#.downsample", "features.{2*0+2}"),
                .. HuggingFaceBlocks(),
                new("layernorm", "norm"),
                new("classifier", "head"),
            ]
        )
        {
            Trunks = ["swin"],
            Beside = [new("classifier", "head")],
        };

    /// <summary>All of them.</summary>
    public static ImmutableArray<Layout> All { get; } = [Microsoft, Timm, HuggingFace];

    private const string Block = "features.{2*0+1}.{1}";

    private static IEnumerable<NameRule> Stem() =>
        [new("patch_embed.proj", "features.0.0"), new("patch_embed.norm", "features.0.2")];

    private static IEnumerable<NameRule> Blocks() =>
        [
            Index("layers.#.blocks.#.attn.relative_position_index"),
            new("layers.#.blocks.#.attn", $"{Block}.attn"),
            new("layers.#.blocks.#.norm1", $"{Block}.norm1"),
            new("layers.#.blocks.#.norm2", $"{Block}.norm2"),
            new("layers.#.blocks.#.mlp.fc1", $"{Block}.mlp.0"),
            new("layers.#.blocks.#.mlp.fc2", $"{Block}.mlp.3"),
        ];

    private static IEnumerable<NameRule> HuggingFaceBlocks()
    {
        const string from = "encoder.layers.#.blocks.#";
        return
        [
            Index($"{from}.attention.self.relative_position_index"),
            new($"{from}.attention.self.relative_position_bias_table", $"{Block}.attn.relative_position_bias_table"),
            .. NameRule.Joined($"{from}.attention.self.@", ["query", "key", "value"], $"{Block}.attn.qkv"),
            new($"{from}.attention.output.dense", $"{Block}.attn.proj"),
            new($"{from}.layernorm_before", $"{Block}.norm1"),
            new($"{from}.layernorm_after", $"{Block}.norm2"),
            new($"{from}.intermediate.dense", $"{Block}.mlp.0"),
            new($"{from}.output.dense", $"{Block}.mlp.3"),
        ];
    }

    // (49, 49), where torchvision has it flat.
    private static NameRule Index(string from) =>
        new(from, $"{Block}.attn.relative_position_index") { Change = TensorChange.Reshape };
}
