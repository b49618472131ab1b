using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>What distinguishes the vision transformers of timm.</summary>
/// <param name="Patch">Side of a patch, in pixels.</param>
/// <param name="Width">Number of features of a token.</param>
/// <param name="Depth">Number of blocks.</param>
/// <param name="Grid">Number of patches along a side of the images that the position embedding is for.</param>
internal sealed record TransformerShape(int Patch, long Width, int Depth, int Grid)
{
    /// <summary>Number of attention heads; by default, each has 64 features.</summary>
    public long Heads
    {
        get => field > 0 ? field : Width / 64;
        init;
    }

    /// <summary>Whether a class token precedes the patches. Without, the head gets the mean of the patches.</summary>
    public bool HasClassToken { get; init; } = true;

    /// <summary>Number of register tokens, which follow the class token (Darcet et al. 2024).</summary>
    public int Registers { get; init; }

    /// <summary>Whether the class token has a position embedding too, and register tokens if they may.</summary>
    public bool PlacesPrefix { get; init; } = true;

    /// <summary>Whether register tokens have position embeddings if the class token has; in DINOv2 not.</summary>
    public bool PlacesRegisters { get; init; } = true;

    /// <summary>Initial factor of each branch (<c>ls1.gamma</c>, Touvron et al. 2021); null for no factors.</summary>
    public double? LayerScale { get; init; }

    /// <summary>
    /// Whether the tokens are normalized before the first block too (<c>norm_pre</c>), as in CLIP (Radford et al.
    /// 2021). The patches then have no bias, and epsilon is 1e-5.
    /// </summary>
    public bool IsClip { get; init; }

    /// <summary>Whether the activation is x sigmoid(1.702 x), as in OpenAI's CLIP, instead of the exact GELU.</summary>
    public bool HasQuickGelu { get; init; }

    /// <summary>
    /// Whether the patches are averaged before the last normalization (<c>fc_norm</c> instead of <c>norm</c>), as in
    /// fine-tuned MAE (He et al. 2022).
    /// </summary>
    public bool PoolsFirst { get; init; }

    /// <summary>What the names and shapes of the tensors do not tell.</summary>
    public HiddenTraits Hidden =>
        new() { Activation = HasQuickGelu ? HiddenTraits.QuickGelu : HiddenTraits.Gelu, Heads = Heads };

    /// <summary>Number of class and register tokens.</summary>
    public int Prefix => (HasClassToken ? 1 : 0) + Registers;

    /// <summary>Number of class and register tokens with position embeddings.</summary>
    public int Placed =>
        !PlacesPrefix ? 0
        : PlacesRegisters ? Prefix
        : Prefix - Registers;

    /// <summary>Number of position embeddings.</summary>
    public long Positions => ((long)Grid * Grid) + Placed;

    /// <summary>Epsilon of layer normalization.</summary>
    public double Epsilon => IsClip ? 1e-5 : 1e-6;

    /// <summary>
    /// This shape with what the names and shapes of weights tell: tokens, position embeddings, layer scale and pooling.
    /// Patch, width, depth, heads and activation stay.
    /// </summary>
    /// <param name="weights">Tensors with timm's names. Without position embeddings of this width, no change.</param>
    public TransformerShape For(IReadOnlyDictionary<string, Tensor> weights)
    {
        var shape = this with
        {
            HasClassToken = weights.ContainsKey("cls_token"),
            Registers = (int)Tokens("reg_token"),
            LayerScale = weights.ContainsKey("blocks.0.ls1.gamma") ? LayerScale ?? 1e-5 : null,
            PoolsFirst = weights.ContainsKey("fc_norm.weight"),
        };
        var positions = Tokens("pos_embed");
        TransformerShape[] placed =
        [
            shape,
            shape with
            {
                PlacesPrefix = true,
                PlacesRegisters = true,
            },
            shape with
            {
                PlacesPrefix = false,
                PlacesRegisters = true,
            },
            shape with
            {
                PlacesPrefix = true,
                PlacesRegisters = shape.Registers == 0,
            },
        ];
        return placed
            .Select(known => known with { Grid = Side(positions - known.Placed) })
            .FirstOrDefault(known => known.Grid > 0 && known.Positions == positions)
            ?? this;

        // A tensor of another width does not count, so nothing larger than the weights is ever created.
        long Tokens(string name) =>
            weights.TryGetValue(name, out var tensor)
            && tensor.shape is [1, var count and < int.MaxValue, var width]
            && width == Width
                ? count
                : 0;
    }

    private static int Side(long patches) => (int)Math.Round(Math.Sqrt(Math.Max(0, patches)));
}
