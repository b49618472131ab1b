using System.Collections.Immutable;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Models.Onnx.Export;

/// <summary>How a network is exported.</summary>
/// <param name="Images">The preprocessing of its images. The size matters for networks that fit one size once they are
/// exported (vision transformers, Swin, VGG).</param>
public sealed record OnnxExportSettings(ImageSettings Images)
{
    /// <summary>
    /// Version of ONNX's operator set, from 13 to 23; null for 17, or for that of the file that the network is from,
    /// which is not converted.
    /// </summary>
    public int? Opset { get; init; }

    /// <summary>Whether the graph normalizes images itself: it then takes RGB values in [0, 1].</summary>
    public bool WithPreprocessing { get; init; }

    /// <summary>Names of the classes in the order of the logits, for the file's metadata; null for none.</summary>
    public ImmutableArray<string>? Classes { get; init; }
}
