using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Onnx.Files;

namespace TransferLens.Cli.Options;

/// <summary>The networks that <c>--network</c> names: shipped ones, and those of ONNX files, each read once.</summary>
internal static class NamedNetworks
{
    private static readonly Dictionary<string, NetworkArchitecture> Read = new(StringComparer.Ordinal);

    /// <summary>Whether a name is that of a file, which has weights too.</summary>
    /// <param name="name">A value of <c>--network</c>.</param>
    public static bool IsFile(string name) => OnnxParts.IsNamed(name);

    /// <summary>Finds a network.</summary>
    /// <param name="name">A value of <c>--network</c>.</param>
    /// <exception cref="InputException">The name is not known, or the file is no network that can be computed.
    /// </exception>
    public static NetworkArchitecture Find(string name) =>
        Read.TryGetValue(name, out var known) ? known : Read[name] = Networks.Open(name);

    /// <summary>Side of the images that a network usually takes, in pixels.</summary>
    /// <param name="name">A value of <c>--network</c>.</param>
    /// <exception cref="InputException">As above.</exception>
    public static int UsualSize(string name) => IsFile(name) ? UsualSizeOf(Find(name)) : UsualSizeOfShipped(name);

    /// <summary>Side of the images that a network usually takes, in pixels.</summary>
    /// <param name="network">The network.</param>
    public static int UsualSizeOf(NetworkArchitecture network) => network.UsualSize ?? UsualSizeOfShipped(network.Name);

    private static int UsualSizeOfShipped(string name) =>
        name.StartsWith("cifar", StringComparison.Ordinal) && !IsFile(name) ? 32 : 224;
}
