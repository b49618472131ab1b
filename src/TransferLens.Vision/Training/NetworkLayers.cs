using System.Collections.Immutable;
using TorchSharp.Modules;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>Finds the linear maps and normalizations of any network: by name, from a graph, or a user's own.</summary>
internal static class NetworkLayers
{
    private const string Weight = "weight";
    private const string Bias = "bias";

    /// <summary>The layers with weights, in order of their names in the network, each once.</summary>
    /// <param name="network">The network.</param>
    public static ImmutableArray<DeclaredLayer> Of(Network network)
    {
        var parameters = network.named_parameters().Select(entry => entry.name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. network
                .Root.named_modules()
                .SelectMany(entry =>
                    entry.module is IDeclaredLayers graph ? graph.Declared : Own(entry.name, entry.module)
                )
                .Where(layer => parameters.Contains(layer.Weight))
                .DistinctBy(layer => (layer.Weight, layer.Layer)),
        ];
    }

    // Layers of a graph own no weights, and are declared by it.
    private static IEnumerable<DeclaredLayer> Own(string name, nn.Module layer)
    {
        var names = layer.named_parameters(recurse: false).Select(entry => entry.name).ToList();
        if (names.Contains(Weight))
        {
            var bias = names.Contains(Bias) ? $"{name}.{Bias}" : null;
            yield return new(KindOf(layer), $"{name}.{Weight}", bias) { Layer = layer };
        }
    }

    private static LayerKind KindOf(nn.Module layer) =>
        layer switch
        {
            Models.Layers.Linear or TorchSharp.Modules.Linear => LayerKind.Linear,
            Models.Layers.Convolution { IsPointwise: true } => LayerKind.Linear,
            Conv2d convolution when IsPointwise(convolution) => LayerKind.Linear,
            BatchNormalization or LayerNormalization => LayerKind.Normalization,
            BatchNorm1d or BatchNorm2d or LayerNorm or GroupNorm or InstanceNorm2d => LayerKind.Normalization,
            _ => LayerKind.Other,
        };

    // With several groups there are fewer inputs in the weights than the layer takes.
    private static bool IsPointwise(Conv2d convolution) =>
        convolution.weight.shape is [_, var inputs, 1, 1] && inputs == convolution.in_channels;
}
