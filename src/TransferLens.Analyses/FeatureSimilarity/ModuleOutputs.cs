using TorchSharp;
using TransferLens.Studies.Inputs;
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
    /// <param name="settings">Precision, which tokens to take, and whether to pool.</param>
    /// <param name="take">
    /// Receives a module's index and its output flattened to (n, features), float32, on the network's device, which is
    /// disposed after the call.
    /// </param>
    /// <exception cref="InputException">Some of the tokens are requested, and a module does not declare its
    /// tokens.</exception>
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
            var features = Tokens(network, module, next.to(ScalarType.Float32), settings.Tokens);
            take(module, (settings.Pool ? Pooled(features) : WithoutCopy(features)).flatten(1));
        }
    }

    // The order of features does not affect the products. On the CPU, maps have channels last.
    private static Tensor WithoutCopy(Tensor features) =>
        features.dim() == 4 && features.device_type == DeviceType.CPU ? features.permute(0, 2, 3, 1) : features;

    // Of outputs (n, tokens, features), those of the tokens that are compared; other outputs as they are.
    private static Tensor Tokens(Network network, int module, Tensor features, SimilarityTokens tokens)
    {
        if (features.dim() != 3 || tokens == SimilarityTokens.Both)
        {
            return features;
        }

        var known = network.Modules[module].Tokens ?? throw Undeclared(network, module);
        if (tokens == SimilarityTokens.Class && known.HasClassToken)
        {
            return features.select(1, 0).contiguous();
        }

        var patches = features.narrow(1, known.Prefix, features.shape[1] - known.Prefix);
        return tokens == SimilarityTokens.Class ? patches.mean([1]) : patches.contiguous();
    }

    private static InputException Undeclared(Network network, int module) =>
        new(
            $"The module '{network.Modules[module].Name}' of {network.Name} does not declare which of its tokens are "
                + $"the class token and patches; set its {nameof(NetworkModule.Tokens)}, or compare both."
        );

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
