using TransferLens.Vision.Models;

namespace TransferLens.Vision.Weights;

/// <summary>Weights that were read from a checkpoint, and how. It owns the weights and disposes them.</summary>
public sealed class CheckpointWeights : IDisposable
{
    internal CheckpointWeights(StateDict weights, CheckpointNotes notes) => (Weights, Notes) = (weights, notes);

    /// <summary>
    /// The weights under the names of <see cref="Network"/>, or under their own names without a network.
    /// </summary>
    public StateDict Weights { get; }

    /// <summary>What was chosen, renamed and left out.</summary>
    public CheckpointNotes Notes { get; }

    /// <summary>The network that they fit, perhaps but for a head; null for none.</summary>
    public NetworkArchitecture? Network { get; internal init; }

    /// <summary>Number of classes of the head; null without a head.</summary>
    public int? Classes { get; internal init; }

    /// <summary>The nearest network and how it differs when they fit none; null without any likeness.</summary>
    public NearestNetwork? Nearest { get; internal init; }

    /// <summary>
    /// Whose network it is when they fit none and are recognized nonetheless, for example "DINOv3, whose positions are
    /// rotary"; null otherwise.
    /// </summary>
    public string? Foreign { get; internal init; }

    /// <summary>
    /// How they are quantized when they fit no network, and which tensor shows it, for example "quantized by GPTQ or
    /// AWQ, as 'blocks.0.attn.qkv.qweight' shows"; null otherwise.
    /// </summary>
    public string? Quantized { get; internal init; }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();
}
