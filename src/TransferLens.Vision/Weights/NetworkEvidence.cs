using System.Collections.Immutable;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Weights;

/// <summary>
/// What is known of a network besides its tensors, and from where: a file next to the weights or the checkpoint itself
/// states it, or it is assumed because of whose names the tensors have.
/// </summary>
/// <param name="Stated">What is stated.</param>
/// <param name="StatedBy">Where, for messages: "config.json".</param>
/// <param name="Assumed">What is assumed.</param>
/// <param name="AssumedFor">Whose weights have it, for messages: "OpenAI's CLIP".</param>
internal sealed record NetworkEvidence(HiddenTraits Stated, string StatedBy, HiddenTraits Assumed, string AssumedFor)
{
    // What distinguishes MoCo v3 from others with the network's own names.
    private static readonly ImmutableArray<string> MocoEncoders = ["base_encoder", "momentum_encoder"];

    /// <summary>The network's name, if one is stated.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the name is timm's, of one network, and not a training script's.</summary>
    public bool IsExact { get; init; }

    /// <summary>Finds the evidence for a network that fits a file.</summary>
    public static NetworkEvidence Find(TensorFile file, NetworkReading fit)
    {
        var statement = NetworkStatement.Find(file);
        var (assumed, source) = Assume(fit);
        return new(statement?.Traits ?? HiddenTraits.Unknown, statement?.Source ?? "", assumed, source)
        {
            Name = statement?.Name,
            IsExact = statement?.IsExact ?? false,
        };
    }

    /// <summary>
    /// The network that the evidence is for; null if what is stated contradicts all. The first of equals.
    /// </summary>
    /// <param name="fits">Networks with the same tensors, at least one.</param>
    public NetworkReading? Choose(IReadOnlyList<NetworkReading> fits) =>
        fits.FirstOrDefault(fit => fit.Outline.Network.Name == Name && !Contradicts(fit))
        ?? fits.FirstOrDefault(fit => !Stated.Or(Assumed).Contradicts(fit.Outline.Network.Hidden))
        ?? fits.FirstOrDefault(fit => !Contradicts(fit));

    /// <summary>Whether what is stated differs from what a network computes.</summary>
    public bool Contradicts(NetworkReading fit) => Stated.Contradicts(fit.Outline.Network.Hidden);

    /// <summary>Why a network is taken and not another: "as config.json states"; null without evidence.</summary>
    public string? Reason(NetworkReading taken, NetworkReading other)
    {
        var hidden = other.Outline.Network.Hidden;
        return taken.Outline.Network.Name == Name || Stated.Contradicts(hidden) ? $"as {StatedBy} states"
            : Assumed.Contradicts(hidden) ? $"as in {AssumedFor}"
            : null;
    }

    private static (HiddenTraits Traits, string Source) Assume(NetworkReading fit)
    {
        var isMoco = fit.Names.Prefix.Split('.').Any(MocoEncoders.Contains);
        return fit.Names.Layout is { } layout ? (layout.Traits, layout.Name)
            : isMoco && fit.Outline.Network.Hidden.Heads is not null ? (new() { Heads = 12 }, "MoCo v3")
            : (HiddenTraits.Unknown, "");
    }
}
