using System.Collections.Immutable;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>
/// Whose names the tensors of a checkpoint have, and which names they are in a network of TransferLens. It applies to
/// every network with those names. A name without a rule stays as it is.
/// </summary>
/// <param name="Name">The layout, for messages: "Hugging Face's ViT".</param>
/// <param name="Signature">Name of one tensor that every such checkpoint has and others have not; what goes before it
/// in a file is the prefix.</param>
/// <param name="Rules">How names after the prefix become the network's; the first that fits applies.</param>
internal sealed record Layout(string Name, string Signature, ImmutableArray<NameRule> Rules)
{
    /// <summary>
    /// Last part of the prefix that names of the head do not have, for example <c>vit</c> in <c>vit.encoder</c> next to
    /// <c>classifier</c>. Empty if the head has the same prefix. A checkpoint without a head may lack it.
    /// </summary>
    public ImmutableArray<string> Trunks { get; init; } = [];

    /// <summary>How names next to the trunk become the network's; others are left out.</summary>
    public ImmutableArray<NameRule> Beside { get; init; } = [];

    /// <summary>What networks with such names have, though their tensors do not tell; assumed until stated.</summary>
    public HiddenTraits Traits { get; init; } = HiddenTraits.Unknown;

    /// <summary>What else such tensors may belong to; null for nothing.</summary>
    public LayoutDoubt? Doubt { get; init; }

    /// <summary>Renames a tensor.</summary>
    /// <param name="rules">The rules to look in.</param>
    /// <param name="name">Its name after the prefix.</param>
    /// <returns>The rule and the new name; null without a rule.</returns>
    public static (NameRule Rule, string Name)? Rename(ImmutableArray<NameRule> rules, string name)
    {
        foreach (var rule in rules)
        {
            if (rule.Rename(name) is { } renamed)
            {
                return (rule, renamed);
            }
        }

        return null;
    }
}

/// <summary>A network that other code computes otherwise with the same tensors.</summary>
/// <param name="Text">What it may be and what is different, as a clause.</param>
/// <param name="WithTensor">A tensor of the networks that this concerns; null for all.</param>
/// <param name="IsSettledByName">Whether a name of the network next to the weights tells which it is.</param>
internal sealed record LayoutDoubt(string Text, string? WithTensor = null, bool IsSettledByName = false);
