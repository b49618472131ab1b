using System.Collections.Immutable;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>Vision transformers under other names than timm's, which are the network's.</summary>
internal static class TransformerLayouts
{
    private static readonly ImmutableArray<string> Words = ["query", "key", "value"];

    /// <summary>
    /// transformers, <c>models/vit/convert_vit_timm_to_pytorch.py</c>; DeiT and DINO are converted alike.
    /// </summary>
    public static Layout HuggingFace { get; } =
        new(
            "Hugging Face's ViT",
            "embeddings.patch_embeddings.projection.weight",
            [
                .. HuggingFaceEmbeddings(),
                new("encoder.layer.#.layernorm_before", "blocks.{0}.norm1"),
                new("encoder.layer.#.layernorm_after", "blocks.{0}.norm2"),
                .. HuggingFaceAttention(),
                new("encoder.layer.#.intermediate.dense", "blocks.{0}.mlp.fc1"),
                new("encoder.layer.#.output.dense", "blocks.{0}.mlp.fc2"),
                new("layernorm", "norm"),
                new("classifier", "head"),
            ]
        )
        {
            Trunks = ["vit", "deit"],
            Beside =
            [
                new("classifier", "head"),
                new("cls_classifier", "head"),
                new("distillation_classifier", "head_dist"),
            ],
        };

    /// <summary>
    /// transformers, <c>models/dinov2/convert_dinov2_to_hf.py</c>. Its classifier takes the mean of the patches too, so
    /// it is no head of this network.
    /// </summary>
    public static Layout HuggingFaceDinov2 { get; } =
        new(
            "Hugging Face's DINOv2",
            "encoder.layer.0.layer_scale1.lambda1",
            [
                .. HuggingFaceEmbeddings(),
                new("encoder.layer.#.norm1", "blocks.{0}.norm1"),
                new("encoder.layer.#.norm2", "blocks.{0}.norm2"),
                .. HuggingFaceAttention(),
                new("encoder.layer.#.layer_scale1.lambda1", "blocks.{0}.ls1.gamma"),
                new("encoder.layer.#.layer_scale2.lambda1", "blocks.{0}.ls2.gamma"),
                new("encoder.layer.#.mlp", "blocks.{0}.mlp"),
                new("layernorm", "norm"),
            ]
        )
        {
            Trunks = ["dinov2", "dinov2_with_registers"],
        };

    /// <summary>facebookresearch/dinov2, <c>models/vision_transformer.py</c>; blocks may be in chunks.</summary>
    public static Layout Dinov2 { get; } = new("DINOv2", "blocks.0.ls1.gamma", [new("register_tokens", "reg_token")]);

    /// <summary>The same with its blocks in chunks, <c>blocks.CHUNK.BLOCK</c>.</summary>
    public static Layout ChunkedDinov2 { get; } =
        new(
            "DINOv2 (in chunks)",
            "blocks.0.0.norm1.weight",
            [new("register_tokens", "reg_token"), new("blocks.#.#", "blocks.{1}")]
        );

    /// <summary>torchvision, <c>models/vision_transformer.py</c>; before 0.14 with <c>mlp.linear_1</c>.</summary>
    public static Layout Torchvision { get; } =
        new(
            "torchvision's ViT",
            "encoder.layers.encoder_layer_0.self_attention.in_proj_weight",
            [
                new("class_token", "cls_token"),
                new("conv_proj", "patch_embed.proj"),
                new("encoder.pos_embedding", "pos_embed"),
                new("encoder.layers.encoder_layer_#.ln_1", "blocks.{0}.norm1"),
                new("encoder.layers.encoder_layer_#.ln_2", "blocks.{0}.norm2"),
                new("encoder.layers.encoder_layer_#.self_attention.in_proj_weight", "blocks.{0}.attn.qkv.weight"),
                new("encoder.layers.encoder_layer_#.self_attention.in_proj_bias", "blocks.{0}.attn.qkv.bias"),
                new("encoder.layers.encoder_layer_#.self_attention.out_proj", "blocks.{0}.attn.proj"),
                new("encoder.layers.encoder_layer_#.mlp.0", "blocks.{0}.mlp.fc1"),
                new("encoder.layers.encoder_layer_#.mlp.3", "blocks.{0}.mlp.fc2"),
                new("encoder.layers.encoder_layer_#.mlp.linear_1", "blocks.{0}.mlp.fc1"),
                new("encoder.layers.encoder_layer_#.mlp.linear_2", "blocks.{0}.mlp.fc2"),
                new("encoder.ln", "norm"),
                new("heads.head", "head"),
                new("heads.pre_logits", "pre_logits"),
            ]
        );

    /// <summary>
    /// mmpretrain, <c>models/backbones/vision_transformer.py</c>; mmcls wrote <c>norm1</c> for <c>ln1</c>.
    /// </summary>
    public static Layout MmPretrain { get; } =
        new(
            "mmpretrain's ViT",
            "layers.0.ffn.layers.0.0.weight",
            [
                new("patch_embed.projection", "patch_embed.proj"),
                new("layers.#.ln1", "blocks.{0}.norm1"),
                new("layers.#.ln2", "blocks.{0}.norm2"),
                new("layers.#.attn", "blocks.{0}.attn"),
                new("layers.#.ffn.layers.0.0", "blocks.{0}.mlp.fc1"),
                new("layers.#.ffn.layers.1", "blocks.{0}.mlp.fc2"),
                new("layers.#.gamma1.weight", "blocks.{0}.ls1.gamma"),
                new("layers.#.gamma2.weight", "blocks.{0}.ls2.gamma"),
                new("layers.#", "blocks.{0}"),
                new("pre_norm", "norm_pre"),
                new("ln1", "norm"),
                new("norm1", "norm"),
            ]
        )
        {
            Trunks = ["backbone"],
            Beside = [new("head.layers.head", "head")],
        };

    /// <summary>openai/CLIP, <c>model.py</c>, as timm's <c>_convert_openai_clip</c> maps it.</summary>
    public static Layout OpenAiClip { get; } =
        new(
            "OpenAI's CLIP",
            "transformer.resblocks.0.attn.in_proj_weight",
            [
                new("class_embedding", "cls_token") { Change = TensorChange.Reshape },
                new("positional_embedding", "pos_embed") { Change = TensorChange.Reshape },
                new("conv1", "patch_embed.proj"),
                new("transformer.resblocks.#.ln_1", "blocks.{0}.norm1"),
                new("transformer.resblocks.#.ln_2", "blocks.{0}.norm2"),
                new("transformer.resblocks.#.attn.in_proj_weight", "blocks.{0}.attn.qkv.weight"),
                new("transformer.resblocks.#.attn.in_proj_bias", "blocks.{0}.attn.qkv.bias"),
                new("transformer.resblocks.#.attn.out_proj", "blocks.{0}.attn.proj"),
                new("transformer.resblocks.#.mlp.c_fc", "blocks.{0}.mlp.fc1"),
                new("transformer.resblocks.#.mlp.c_proj", "blocks.{0}.mlp.fc2"),
                new("transformer.resblocks.#.ls_1.gamma", "blocks.{0}.ls1.gamma"),
                new("transformer.resblocks.#.ls_2.gamma", "blocks.{0}.ls2.gamma"),
                new("ln_pre", "norm_pre"),
                new("ln_post", "norm"),
                new("proj", "head.weight") { Change = TensorChange.Transpose },
            ]
        )
        {
            Trunks = ["visual"],
            Traits = new() { Activation = HiddenTraits.QuickGelu },
        };

    /// <summary>transformers, <c>models/clip/modeling_clip.py</c>.</summary>
    public static Layout HuggingFaceClip { get; } =
        new(
            "Hugging Face's CLIP",
            "embeddings.patch_embedding.weight",
            [
                new("embeddings.class_embedding", "cls_token") { Change = TensorChange.Reshape },
                new("embeddings.position_embedding.weight", "pos_embed") { Change = TensorChange.Reshape },
                new("embeddings.patch_embedding", "patch_embed.proj"),
                new("encoder.layers.#.layer_norm1", "blocks.{0}.norm1"),
                new("encoder.layers.#.layer_norm2", "blocks.{0}.norm2"),
                .. NameRule.Joined(
                    "encoder.layers.#.self_attn.@",
                    ["q_proj", "k_proj", "v_proj"],
                    "blocks.{0}.attn.qkv"
                ),
                new("encoder.layers.#.self_attn.out_proj", "blocks.{0}.attn.proj"),
                new("encoder.layers.#.mlp", "blocks.{0}.mlp"),
                new("pre_layrnorm", "norm_pre"),
                new("post_layernorm", "norm"),
            ]
        )
        {
            Trunks = ["vision_model"],
            Beside = [new("visual_projection", "head")],
            Traits = new() { Activation = HiddenTraits.QuickGelu },
        };

    /// <summary>google-research/vision_transformer's <c>.npz</c>, as timm's <c>_load_weights</c> maps it.</summary>
    public static Layout Google { get; } =
        new(
            "Google's ViT",
            "Transformer.encoderblock_0.LayerNorm_0.scale",
            [
                new("cls", "cls_token"),
                new("embedding.kernel", "patch_embed.proj.weight") { Change = TensorChange.Kernel },
                new("embedding.bias", "patch_embed.proj.bias"),
                new("Transformer.posembed_input.pos_embedding", "pos_embed"),
                new("Transformer.encoderblock_#.LayerNorm_0.scale", "blocks.{0}.norm1.weight"),
                new("Transformer.encoderblock_#.LayerNorm_0.bias", "blocks.{0}.norm1.bias"),
                new("Transformer.encoderblock_#.LayerNorm_2.scale", "blocks.{0}.norm2.weight"),
                new("Transformer.encoderblock_#.LayerNorm_2.bias", "blocks.{0}.norm2.bias"),
                .. NameRule.Joined(
                    $"{GoogleAttention}.@.kernel",
                    Words,
                    "blocks.{0}.attn.qkv.weight",
                    TensorChange.JoinHeads
                ),
                .. NameRule.Joined(
                    $"{GoogleAttention}.@.bias",
                    Words,
                    "blocks.{0}.attn.qkv.bias",
                    TensorChange.Reshape
                ),
                new($"{GoogleAttention}.out.kernel", "blocks.{0}.attn.proj.weight") { Change = TensorChange.FromHeads },
                new($"{GoogleAttention}.out.bias", "blocks.{0}.attn.proj.bias"),
                Dense("Transformer.encoderblock_#.MlpBlock_3.Dense_0", "blocks.{0}.mlp.fc1"),
                new("Transformer.encoderblock_#.MlpBlock_3.Dense_0.bias", "blocks.{0}.mlp.fc1.bias"),
                Dense("Transformer.encoderblock_#.MlpBlock_3.Dense_1", "blocks.{0}.mlp.fc2"),
                new("Transformer.encoderblock_#.MlpBlock_3.Dense_1.bias", "blocks.{0}.mlp.fc2.bias"),
                new("Transformer.encoder_norm.scale", "norm.weight"),
                new("Transformer.encoder_norm.bias", "norm.bias"),
                Dense("head", "head"),
                Dense("pre_logits", "pre_logits.fc"),
                new("pre_logits", "pre_logits.fc"),
            ]
        );

    /// <summary>All of them.</summary>
    public static ImmutableArray<Layout> All { get; } =
    [
        HuggingFace,
        HuggingFaceDinov2,
        Dinov2,
        ChunkedDinov2,
        Torchvision,
        MmPretrain,
        OpenAiClip,
        HuggingFaceClip,
        Google,
    ];

    private const string GoogleAttention = "Transformer.encoderblock_#.MultiHeadDotProductAttention_1";

    private static NameRule Dense(string from, string to) =>
        new($"{from}.kernel", $"{to}.weight") { Change = TensorChange.Transpose };

    private static IEnumerable<NameRule> HuggingFaceEmbeddings() =>
        [
            new("embeddings.cls_token", "cls_token"),
            new("embeddings.distillation_token", "dist_token"),
            new("embeddings.register_tokens", "reg_token"),
            new("embeddings.mask_token", "mask_token"),
            new("embeddings.position_embeddings", "pos_embed"),
            new("embeddings.patch_embeddings.projection", "patch_embed.proj"),
        ];

    private static IEnumerable<NameRule> HuggingFaceAttention() =>
        [
            .. NameRule.Joined("encoder.layer.#.attention.attention.@", Words, "blocks.{0}.attn.qkv"),
            new("encoder.layer.#.attention.output.dense", "blocks.{0}.attn.proj"),
        ];
}
