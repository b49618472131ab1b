using System.Collections.Immutable;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>A network that TransferLens does not have, as its tensors tell it.</summary>
/// <param name="Name">Whose network it is and what is different, for messages: "DINOv3, whose positions are
/// rotary".</param>
/// <param name="Parts">What names of its tensors contain: one tensor for each.</param>
internal sealed record ForeignNetwork(string Name, ImmutableArray<string> Parts);

/// <summary>Networks that people bring and that are not supported, the more specific ones first.</summary>
internal static class ForeignNetworks
{
    private const string SwiGlu =
        "the giant DINOv2, whose blocks have SwiGLU in place of two linear layers with an activation between them";

    private const string BEiT = "BEiT, whose attention has relative positions";

    private const string ResNetD = "a ResNet-C or -D, whose stem has three convolutions";

    private const string Bit = "BiT (ResNetV2), whose convolutions have standardized weights";

    private const string RegNet = "RegNet, whose convolutions are in groups of a set width";

    private const string MobileViT = "MobileViT, which mixes convolutions and attention";

    private const string Language = "a language model, which takes text and no images";

    private const string Dinov3 = "DINOv3, whose positions are rotary";

    private static readonly ImmutableArray<ForeignNetwork> All =
    [
        new(SwiGlu, [".mlp.w12.weight"]),
        new(SwiGlu, [".mlp.weights_in.weight"]),
        new(Dinov3, ["storage_tokens"]),
        new(Dinov3, ["rope_embed.periods"]),
        new(Dinov3, ["embeddings.register_tokens", "layer.0.attention.q_proj.weight"]),
        new(Dinov3, ["reg_token", "blocks.0.gamma_1"]),
        new("EVA-02, whose positions are rotary and whose blocks have SwiGLU", ["blocks.0.mlp.fc1_g.weight"]),
        new("a distilled DeiT, which has a second head and token", ["dist_token"]),
        new("a distilled DeiT, which has a second head and token", ["distillation_token"]),
        new("SigLIP, whose head is a layer of attention", ["attn_pool."]),
        new("SigLIP, whose head is a layer of attention", ["vision_model.head.attention."]),
        new(BEiT, ["blocks.0.attn.q_bias", "relative_position"]),
        new("EVA or BEiT, whose keys have no bias and whose blocks are scaled", ["blocks.0.attn.q_bias"]),
        new(BEiT, ["attention.relative_position_bias.relative_position_bias"]),
        new("CLIP's residual network, which ends with a layer of attention", ["attnpool.positional_embedding"]),
        new("Swin V2, whose attention is scaled by a learned factor", [".attn.logit_scale"]),
        new("Swin V2, whose attention is scaled by a learned factor", [".attention.self.logit_scale"]),
        new("mmpretrain's Swin, which merges patches in another order", [".attn.w_msa.qkv.weight"]),
        new("ConvNeXt V2, which has global response normalization", [".grn."]),
        new("Hugging Face's EfficientNet, which has TensorFlow's padding", [".depthwise_conv.depthwise_norm.weight"]),
        new("Hugging Face's EfficientNet, which has TensorFlow's padding", ["depthwise_conv.depthwise_conv.weight"]),
        new(ResNetD, ["conv1.0.weight", "conv1.6.weight", "layer1.0.conv1.weight"]),
        new("kuangliu's ResNet, whose first convolution is 3 x 3 without pooling", ["layer4.0.shortcut.0.weight"]),
        new(Bit, ["stem.conv.weight", "stages.0.blocks.0.norm1.weight"]),
        new(Bit, ["root.conv.weight", "body.block1.unit01.gn1.weight"]),
        new(Bit, ["root_block/standardized_conv2d"]),
        new(Bit, ["bit.embedder.convolution.weight"]),
        new(RegNet, ["trunk_output.block1.block1-0.f.a.0.weight"]),
        new(RegNet, ["s1.b1.conv1.conv.weight"]),
        new(RegNet, ["regnet.embedder.embedder.convolution.weight"]),
        new(MobileViT, [".conv_kxk.", ".transformer.0.attn.qkv.weight"]),
        new(MobileViT, ["mobilevit.conv_stem.", ".transformer.layer.0."]),
        new("Inception v3, whose modules have several branches", ["Mixed_5b.branch1x1."]),
        new("GoogLeNet, whose modules have several branches", ["inception3a.branch1."]),
        new("Ultralytics' YOLO, which detects objects", ["model.0.conv.weight", "model.0.bn.weight", "model.2."]),
        new(Language, ["embed_tokens.weight", "layers.0."]),
        new(Language, ["embeddings.word_embeddings.weight"]),
        new(Language, ["wte.weight", "h.0."]),
        new("a diffusion model, which makes images", ["time_embedding.linear_1.weight", "down_blocks.0."]),
        new("lukemelas' EfficientNet, which has TensorFlow's padding", ["_blocks.0._depthwise_conv.weight"]),
    ];

    /// <summary>Finds the network that names of tensors belong to.</summary>
    /// <param name="names">The names, with any prefix.</param>
    /// <returns>What it is; null if it is none of these.</returns>
    public static string? Find(IReadOnlyCollection<string> names) =>
        All.FirstOrDefault(network =>
            network.Parts.All(part => names.Any(name => name.Contains(part, StringComparison.Ordinal)))
        )?.Name;
}
