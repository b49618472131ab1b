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
        new("BEiT, whose attention has relative positions", ["blocks.0.attn.q_bias"]),
        new(
            "BEiT, whose attention has relative positions",
            ["attention.relative_position_bias.relative_position_bias"]
        ),
        new("CLIP's residual network, which ends with a layer of attention", ["attnpool.positional_embedding"]),
        new("Swin V2, whose attention is scaled by a learned factor", [".attn.logit_scale"]),
        new("Swin V2, whose attention is scaled by a learned factor", [".attention.self.logit_scale"]),
        new("mmpretrain's Swin, which merges patches in another order", [".attn.w_msa.qkv.weight"]),
        new("ConvNeXt V2, which has global response normalization", [".grn."]),
        new("Hugging Face's EfficientNet, which has TensorFlow's padding", [".depthwise_conv.depthwise_norm.weight"]),
        new("Hugging Face's EfficientNet, which has TensorFlow's padding", ["depthwise_conv.depthwise_conv.weight"]),
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
