using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>The networks that TransferLens ships.</summary>
public static class Networks
{
    /// <summary>Every shipped network.</summary>
    public static ImmutableArray<NetworkArchitecture> All { get; } =
    [
        .. ResidualNetwork.Architectures,
        .. FixupNetwork.Architectures,
        VggNetwork.Architecture,
        MobileNetwork.Architecture,
        .. MobileNetwork3.Architectures,
        .. EfficientNetwork.Architectures,
        DenseNetwork.Architecture,
        .. VisionTransformers.Architectures,
        .. SwinNetwork.Architectures,
        ConvNextNetwork.Architecture,
    ];

    /// <summary>Names of <see cref="All"/>.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(network => network.Name)];

    /// <summary>Finds a shipped network by name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="InputException">The name is not known; the message suggests the nearest one.</exception>
    public static NetworkArchitecture Find(string name) => NetworkDeclaration.Find(All, name);

    /// <summary>Finds a shipped network by name, or reads one from an ONNX file.</summary>
    /// <param name="nameOrFile">One of <see cref="Names"/>, or the path of a file <c>NAME.onnx</c>.</param>
    /// <returns>The network. One from a file is named like the file.</returns>
    /// <exception cref="InputException">The name is not known, or the file is no network that can be trained; the
    /// message says why.</exception>
    public static NetworkArchitecture Open(string nameOrFile)
    {
        ArgumentNullException.ThrowIfNull(nameOrFile);
        return OnnxParts.IsNamed(nameOrFile) ? OnnxNetwork.Read(nameOrFile) : Find(nameOrFile);
    }

    /// <summary>Creates a shipped network with random weights, initialized as its source does.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <param name="seed">Seed of the weights; equal seeds give equal bits.</param>
    /// <param name="device">Device to create it on; null for <see cref="ComputeDevice.Current"/>. The weights are the
    /// same on every device.</param>
    /// <exception cref="InputException">The name is not known; the message suggests the nearest one.</exception>
    public static Network Create(string name, int classes, long seed, Device? device = null) =>
        Find(name).Create(classes, seed, device);
}
