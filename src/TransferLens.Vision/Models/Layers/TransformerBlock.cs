using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A pre-norm block of a vision transformer: y = x + attention(norm1(x)), then y + mlp(norm2(y)), with the exact GELU.
/// </summary>
internal sealed class TransformerBlock
{
    private readonly LayerNormalization norm1;
    private readonly LayerNormalization norm2;
    private readonly Linear qkv;
    private readonly Linear projection;
    private readonly Linear widen;
    private readonly Linear narrow;
    private readonly Attention attention;

    /// <summary>
    /// Adds the block's layers to a network under timm's names. The weights of the linear layers start with standard
    /// deviation 0.02, their biases at zero.
    /// </summary>
    /// <param name="root">The network.</param>
    /// <param name="name">The block's name.</param>
    /// <param name="width">Number of features of a token.</param>
    /// <param name="heads">Number of attention heads.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    public TransformerBlock(NetworkRoot root, string name, long width, long heads, Generator? generator)
    {
        norm1 = root.Add($"{name}.norm1", new LayerNormalization(width));
        qkv = Layer("attn.qkv", width, 3 * width);
        attention = root.Add($"{name}.attn.heads", new Attention(heads));
        projection = Layer("attn.proj", width, width);
        norm2 = root.Add($"{name}.norm2", new LayerNormalization(width));
        (widen, narrow) = (Layer("mlp.fc1", width, 4 * width), Layer("mlp.fc2", 4 * width, width));

        Linear Layer(string part, long inputs, long outputs)
        {
            var linear = root.Add($"{name}.{part}", new Linear(inputs, outputs));
            WeightInitialization.Normal(linear.Weight, 0.02, generator);
            return linear;
        }
    }

    /// <summary>Maps tokens (n, tokens, width) to tokens of the same shape.</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = input + projection.forward(attention.forward(qkv.forward(norm1.forward(input))));
        return (
            value + narrow.forward(nn.functional.gelu(widen.forward(norm2.forward(value))))
        ).MoveToOuterDisposeScope();
    }
}
