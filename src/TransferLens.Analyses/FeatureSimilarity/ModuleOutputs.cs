using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>Passes on the output of each module of a network.</summary>
internal static class ModuleOutputs
{
    /// <summary>
    /// Does one forward pass. Each output is passed on before the next module runs, so that no later in-place operation
    /// can change it.
    /// </summary>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="images">Normalized images (n, 3, size, size), float32.</param>
    /// <param name="settings">Precision, and whether to pool.</param>
    /// <param name="take">
    /// Receives a module's index and its output flattened to (n, features), float32, which is disposed after the call.
    /// </param>
    public static void Visit(Network network, Tensor images, SimilaritySettings settings, Action<int, Tensor> take)
    {
        using var scope = NewDisposeScope();
        var value = network.ToDevice(
            settings.Precision == Precision.Bfloat16 ? images.to(ScalarType.BFloat16) : images
        );
        for (var module = 0; module < network.Modules.Length; module++)
        {
            using var step = NewDisposeScope();
            var next = network.Modules[module].Forward(value).MoveToOuterDisposeScope();
            value.Dispose();
            value = next;
            var features = next.to(ScalarType.Float32);
            // The order of features does not affect the products; channels last avoids a copy.
            take(module, (
                    settings.Pool ? Pooled(features)
                    : features.dim() == 4 ? features.permute(0, 2, 3, 1)
                    : features
                ).flatten(1).cpu());
        }
    }

    // Channels are averaged over height and width, features over tokens; outputs of linear layers have no positions.
    private static Tensor Pooled(Tensor features) =>
        features.dim() switch
        {
            4 => features.mean([2, 3]),
            3 => features.mean([1]),
            _ => features,
        };

    /// <summary>The number of features of each module, for images of this size.</summary>
    public static long[] Sizes(Network network, Tensor images, SimilaritySettings settings)
    {
        var sizes = new long[network.Modules.Length];
        Visit(network, images, settings, (module, features) => sizes[module] = features.shape[1]);
        return sizes;
    }
}
