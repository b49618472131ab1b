using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights.Layouts;

namespace TransferLens.Vision.Weights;

/// <summary>
/// A way to quantize weights, as the names of tensors show it. What is stored are whole numbers with scales, or
/// weights of a network that rounds between its layers: neither are the weights of a network here.
/// </summary>
/// <param name="What">What was done to the weights, as a clause.</param>
/// <param name="Names">The names of tensors that only such weights have.</param>
internal sealed partial record Quantization(string What, Regex Names)
{
    /// <summary>What to do, as a sentence without its full stop.</summary>
    public const string Advice =
        "Save the float weights before quantization, or dequantize them in Python with the library that did it, "
        + "and give that file";

    private const string Scale = "scale";
    private const string ZeroPoint = "zero_point";

    /// <summary>What an <see cref="UnreadableTensor"/> is whose type is quantized.</summary>
    public const string Problem = "is quantized";

    private static readonly ImmutableArray<Quantization> All =
    [
        new("prepared for PyTorch's quantization (torch.ao.quantization)", Prepared()),
        new("quantized by PyTorch (torch.ao.quantization)", Packed()),
        new("quantized by bitsandbytes", BitsAndBytes()),
        new("quantized by GPTQ or AWQ", Gptq()),
        new("quantized by compressed-tensors or with float8", Compressed()),
        new("quantized by Quanto", Quanto()),
        new("quantized by HQQ", Hqq()),
    ];

    /// <summary>What was done to weights and which tensor shows it, as a clause; null for nothing.</summary>
    /// <param name="tensors">The tensors.</param>
    public static string? Find(ImmutableArray<StoredTensor> tensors)
    {
        foreach (var kind in All)
        {
            if (tensors.FirstOrDefault(tensor => kind.Names.IsMatch(tensor.Path)) is { } named)
            {
                return Clause(kind, named);
            }
        }

        return (tensors.FirstOrDefault(tensor => tensor.Problem == Problem) ?? ZeroOf(tensors)) is { } shown
            ? Clause(All[1], shown)
            : null;
    }

    /// <summary>The error for weights that are quantized.</summary>
    /// <param name="path">The file.</param>
    /// <param name="quantized">What <see cref="Find"/> returned.</param>
    public static InputException Refusal(string path, string quantized) =>
        new($"The weights in '{path}' are {quantized}. {Advice}.");

    private static string Clause(Quantization kind, StoredTensor tensor) =>
        $"{kind.What}, as '{WeightsFile.Printable(tensor.Path)}' shows";

    // A layer's output has a scale and the whole number that stands for zero.
    private static StoredTensor? ZeroOf(ImmutableArray<StoredTensor> tensors)
    {
        var paths = tensors.Select(tensor => tensor.Path).ToHashSet(StringComparer.Ordinal);
        return tensors.FirstOrDefault(tensor =>
            Words.LastPart(tensor.Path) == ZeroPoint && paths.Contains(tensor.Path[..^ZeroPoint.Length] + Scale)
        );
    }

    [GeneratedRegex(
        @"(^|\.)(weight_fake_quant|activation_post_process|fake_quant_enabled|observer_enabled)(\.|$)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Prepared();

    [GeneratedRegex(@"(^|\.)_packed_params(\.|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Packed();

    [GeneratedRegex(
        @"\.(SCB|(nested_)?absmax|(nested_)?quant_map)$|\.quant_state\.bitsandbytes__",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex BitsAndBytes();

    [GeneratedRegex(@"\.qweight$", RegexOptions.CultureInvariant)]
    private static partial Regex Gptq();

    [GeneratedRegex(@"\.weight_(packed|scale|scale_inv|zero_point)$", RegexOptions.CultureInvariant)]
    private static partial Regex Compressed();

    [GeneratedRegex(@"\.weight\._(data|scale)$", RegexOptions.CultureInvariant)]
    private static partial Regex Quanto();

    [GeneratedRegex(@"\.W_q$", RegexOptions.CultureInvariant)]
    private static partial Regex Hqq();
}
