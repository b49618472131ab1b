using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>What one module takes when one image is trained on.</summary>
/// <param name="Name">The module.</param>
/// <param name="Forward">Multiply-accumulates of its forward pass.</param>
/// <param name="Backward">Of its backward pass: for each layer as many again for the gradient of its weights, if they are trained, and
/// as many for that of its input, if anything before it is; attention, whose factors are both activations, takes twice as many again then.</param>
/// <param name="Parameters">Number of its parameters.</param>
/// <param name="Trained">Number of those that are trained.</param>
public sealed record ModuleCost(string Name, long Forward, long Backward, long Parameters, long Trained);

/// <summary>
/// What a training costs, in multiply-accumulates of convolutions, linear layers and attention; biases, normalization, activations,
/// pooling and the optimizer's step are left out, as is customary. Exact: the layers are counted as they compute, and a
/// gradient as libtorch computes one, which is where a trained tensor lies at or before the layer.
/// </summary>
/// <param name="Modules">The modules in the order of computation.</param>
public sealed record TrainingCost(ImmutableArray<ModuleCost> Modules)
{
    /// <summary>Multiply-accumulates of training on one image once.</summary>
    public long Image => Modules.Sum(module => module.Forward + module.Backward);

    /// <summary>Number of parameters that are trained.</summary>
    public long Trained => Modules.Sum(module => module.Trained);

    /// <summary>Images that a training is trained on, over all its epochs: all of them each time, but for a last batch of a single one.</summary>
    /// <param name="images">Number of training images.</param>
    /// <param name="epochs">Passes over them.</param>
    /// <param name="batchSize">Images a step.</param>
    public static long Images(int images, int epochs, int batchSize) =>
        (long)epochs * (images > 1 && images % batchSize == 1 ? images - 1 : images);

    /// <summary>Counts what a network takes.</summary>
    /// <param name="network">The network; nothing of it changes. Layers that are not this library's are seen when they are computed by <c>call</c>.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <param name="freeze">What is not trained, by <see cref="Freeze"/>'s names; null when all is.</param>
    /// <exception cref="InputException">A name stands for no module, nothing is trained, or a layer with weights was not seen to compute.</exception>
    public static TrainingCost Of(Network network, int size, IReadOnlyList<string>? freeze = null)
    {
        using var scope = NewDisposeScope();
        using var counted = enable_grad();
        using var frozen = new FrozenModules(network, freeze);
        var (wasTraining, seen, hooks) = (
            network.Root.training,
            new Dictionary<string, LayerPass>(StringComparer.Ordinal),
            new List<Action>()
        );
        var layers = network.Root.named_modules().ToList();
        foreach (var (name, layer) in layers.Where(entry => entry.module is not ICounted))
        {
            if (layer is nn.Module<Tensor, Tensor> hookable && Weight(layer) is { } weight)
            {
                hooks.Add(
                    hookable
                        .register_forward_hook(
                            (_, input, output) =>
                            {
                                seen[name] = LayerPass.Count(input, weight, output);
                                return output;
                            }
                        )
                        .remove
                );
            }
        }

        network.Root.train(false);
        try
        {
            network.forward(zeros(1, 3, size, size));
        }
        finally
        {
            network.Root.train(wasTraining);
            hooks.ForEach(remove => remove());
        }

        foreach (var (name, layer) in layers)
        {
            if (layer is ICounted { Last: { } last })
            {
                seen[name] = last;
            }
            else if (Weight(layer) is not null && !seen.ContainsKey(name))
            {
                throw new InputException(
                    $"The layer '{name}' of {network.Name} was not seen to compute, so its cost is not known; let the network use it by call and not by forward."
                );
            }
        }

        return new([.. network.Modules.Select(module => Of(module, network, seen))]);
    }

    private static ModuleCost Of(NetworkModule module, Network network, Dictionary<string, LayerPass> seen)
    {
        var own = network
            .named_parameters()
            .Where(entry => module.Owns(entry.name))
            .Select(entry => entry.parameter)
            .ToList();
        var passes = seen.Where(entry => module.Owns(entry.Key)).ToList();
        return new(
            module.Name,
            passes.Sum(entry => entry.Value.Forward),
            passes.Sum(entry => entry.Value.Backward),
            own.Sum(parameter => parameter.numel()),
            own.Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel())
        );
    }

    // A matrix of weights of the layer itself, not of a part of it.
    private static TorchSharp.Modules.Parameter? Weight(nn.Module layer) =>
        layer
            .named_parameters(recurse: false)
            .Where(entry => entry.name == "weight" && entry.parameter.dim() > 1)
            .Select(entry => entry.parameter)
            .FirstOrDefault();
}
