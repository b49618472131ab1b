using System.Text.RegularExpressions;
using TransferLens.Vision.Weights.Layouts;

namespace TransferLens.Vision.Weights;

/// <summary>What a tensor of a peft model is.</summary>
internal enum AdapterRole
{
    /// <summary>A tensor of the base model, or one that replaces it.</summary>
    Base,

    /// <summary>A, (r, inputs).</summary>
    A,

    /// <summary>B, (outputs, r).</summary>
    B,

    /// <summary>A tensor that replaces one of the base model.</summary>
    Saved,

    /// <summary>The tensor of the base model that is replaced.</summary>
    Original,

    /// <summary>Part of an adapter that is not a product of two matrices.</summary>
    Other,
}

/// <summary>The name of a tensor in a model of peft, without what peft adds to it.</summary>
/// <param name="Role">What it is.</param>
/// <param name="Name">Its name in the base model; of A and B, that of their layer.</param>
/// <param name="Adapter">The adapter, of which a model may have several; empty where it is not named.</param>
internal sealed partial record AdapterName(AdapterRole Role, string Name, string Adapter)
{
    /// <summary>Whether a tensor is part of a LoRA adapter.</summary>
    public static bool IsOfAdapter(string path) => path.Contains(".lora_", StringComparison.Ordinal);

    /// <summary>Reads a name.</summary>
    public static AdapterName Parse(string path)
    {
        var name = Words.Unwrap(path);
        name = name[(Wrapper().Match(name) is { Success: true } wrapper ? wrapper.Length : 0)..];
        if (Factor().Match(name) is { Success: true } factor)
        {
            var role = factor.Groups["factor"].Value == "A" ? AdapterRole.A : AdapterRole.B;
            return new(role, factor.Groups["layer"].Value, factor.Groups["adapter"].Value);
        }

        return IsOfAdapter(name) ? new(AdapterRole.Other, name, "")
            : Saved().Match(name) is { Success: true } saved
                ? new(
                    AdapterRole.Saved,
                    saved.Groups["layer"].Value + saved.Groups["rest"].Value,
                    saved.Groups["adapter"].Value
                )
            : name.Contains(OriginalPart, StringComparison.Ordinal)
                ? new(AdapterRole.Original, name.Replace(OriginalPart, ".", StringComparison.Ordinal), "")
            : new(AdapterRole.Base, name.Replace(".base_layer.", ".", StringComparison.Ordinal), "");
    }

    private const string OriginalPart = ".original_module.";

    [GeneratedRegex(@"^(?:[^.]+\.)*?base_model\.model\.", RegexOptions.CultureInvariant)]
    private static partial Regex Wrapper();

    [GeneratedRegex(
        @"^(?<layer>.+)\.lora_(?<factor>[AB])(?:\.(?<adapter>[^.]+))?\.weight$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Factor();

    [GeneratedRegex(@"^(?<layer>.+)\.modules_to_save\.(?<adapter>[^.]+)(?<rest>\..+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Saved();
}
