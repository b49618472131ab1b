using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Scaled dot-product attention (Vaswani et al. 2017), without caches of earlier tokens.</summary>
internal static class AttentionOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Attention", 23, Floats, Attend)
        {
            Attributes = ["is_causal", "kv_num_heads", "q_num_heads", "scale", "softcap", "softmax_precision"],
            LeastInputs = 3,
        },
    ];

    // softmax(softcap(scale Q K^T) + mask) V, with Q, K, V as (n, heads, tokens, d) or (n, tokens, heads d).
    private static Tensor Attend(OnnxCall call)
    {
        if (call.Has(4) || call.Has(5))
        {
            throw call.Refusal("takes past keys or values, which is not supported");
        }

        var flat = call[0].dim() == 3;
        var query = Heads(call, call[0], "q_num_heads");
        var key = Repeated(call, Heads(call, call[1], "kv_num_heads"), query.shape[1]);
        var value = Repeated(call, Heads(call, call[2], "kv_num_heads"), query.shape[1]);
        var scale = call.Float("scale", 1 / MathF.Sqrt(query.shape[^1]));
        var scores = ProductOperators.Product(call, query * scale, key.transpose(-2, -1));
        var cap = call.Float("softcap", 0);
        var capped = cap > 0 ? (scores / cap).tanh() * cap : scores;
        var attended = ProductOperators.Product(call, Masked(call, capped).softmax(-1), value);
        return flat ? attended.transpose(1, 2).flatten(2) : attended;
    }

    private static Tensor Masked(OnnxCall call, Tensor scores)
    {
        var masked = call.Optional(3) switch
        {
            null => scores,
            { dtype: ScalarType.Bool } kept => scores.masked_fill(kept.logical_not(), float.NegativeInfinity),
            var added => scores + added,
        };
        if (call.Integer("is_causal", 0) == 0)
        {
            return masked;
        }

        var later = ones([scores.shape[^2], scores.shape[^1]], ScalarType.Bool, scores.device).triu(1);
        return masked.masked_fill(later, float.NegativeInfinity);
    }

    private static Tensor Heads(OnnxCall call, Tensor input, string attribute)
    {
        if (input.dim() == 4)
        {
            return input;
        }

        var heads = call.Integer(attribute, 0);
        return input.dim() == 3 && heads > 0 && input.shape[2] % heads == 0
            ? input.reshape(input.shape[0], input.shape[1], heads, -1).transpose(1, 2)
            : throw call.Refusal($"makes {heads} heads of [{string.Join(", ", input.shape)}]");
    }

    // Fewer keys than queries: each serves a group of heads.
    private static Tensor Repeated(OnnxCall call, Tensor input, long heads) =>
        input.shape[1] == heads ? input
        : heads % input.shape[1] == 0 ? input.repeat_interleave(heads / input.shape[1], 1)
        : throw call.Refusal($"has {heads} heads of queries and {input.shape[1]} of keys");
}
