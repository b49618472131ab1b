using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>The cost of training one module on one image.</summary>
/// <param name="Name">The module.</param>
/// <param name="Forward">Multiply-accumulates of its forward pass.</param>
/// <param name="Backward">Multiply-accumulates of its backward pass. Each layer costs its forward pass again for the
/// gradient of its weights if they are trained, and again for that of its input if a trained layer precedes it.
/// Attention multiplies two activations, so it costs twice its forward pass in the second case.</param>
/// <param name="Parameters">Number of its parameters.</param>
/// <param name="Trained">Number of its trained parameters.</param>
public sealed record ModuleCost(string Name, long Forward, long Backward, long Parameters, long Trained);

/// <summary>
/// The cost of training in multiply-accumulates of convolutions, linear layers and attention. As is customary, biases,
/// normalization, activations, pooling and the optimizer's step are not counted. The count is exact: layers are
/// counted as they compute, and gradients where libtorch computes them.
/// </summary>
/// <param name="Modules">The modules in order of computation.</param>
public sealed record TrainingCost(ImmutableArray<ModuleCost> Modules)
{
    private const int Float = 4;
    private const int BFloat = 2;

    /// <summary>Multiply-accumulates of training on one image once.</summary>
    public long PerImage => Modules.Sum(module => module.Forward + module.Backward);

    /// <summary>Multiply-accumulates of one image in evaluation.</summary>
    public long Forward => Modules.Sum(module => module.Forward);

    /// <summary>
    /// Multiply-accumulates of each step besides those of its images: of low-rank updates, the product B A and the
    /// gradients of B and A.
    /// </summary>
    public long PerStep { get; init; }

    /// <summary>Number of trained parameters; of low-rank updates, those of A and B.</summary>
    public long Trained => Modules.Sum(module => module.Trained);

    /// <summary>Number of the network's parameters.</summary>
    public long Parameters => Modules.Sum(module => module.Parameters);

    /// <summary>
    /// Numbers per image that layers keep from the forward pass for the gradients: the inputs of those with trained
    /// weights, and the factors of attention.
    /// </summary>
    public long Kept { get; init; }

    // Parameters whose gradients libtorch computes, and the weights of low-rank updates that are kept apart.
    private long Gradients { get; init; }

    private long Bases { get; init; }

    /// <summary>
    /// Bytes that training needs at least: the network's parameters, gradients, the optimizer's state, and what layers
    /// keep from the forward pass of a batch (<see cref="Kept"/>). It is computed from the network and equal on every
    /// machine. What normalization and activations keep, libtorch's working memory and the program are not counted, so
    /// a process takes more.
    /// </summary>
    /// <param name="training">Optimizer, batch size and precision.</param>
    public long Bytes(TrainingSettings training)
    {
        ArgumentNullException.ThrowIfNull(training);
        var moments = training.Optimizer switch
        {
            { Name: "adamw" } => 2,
            { Momentum: > 0 } => 1,
            _ => 0,
        };
        var updates = Bases > 0 ? Bases + (2 * Updates) : 0;
        var weights = Parameters + Gradients + (moments * Trained) + updates;
        return (Float * weights)
            + ((training.Precision == Precision.Bfloat16 ? BFloat : Float) * training.BatchSize * Kept);
    }

    // Parameters of low-rank updates.
    private long Updates { get; init; }

    /// <summary>Number of steps over all epochs, without a last batch of a single image.</summary>
    /// <param name="images">Number of training images.</param>
    /// <param name="epochs">Number of epochs.</param>
    /// <param name="batchSize">Batch size.</param>
    public static long CountSteps(int images, int epochs, int batchSize)
    {
        var each = epochs == 0 ? 0 : CountImages(images, 1, batchSize);
        return epochs * ((each + batchSize - 1) / batchSize);
    }

    /// <summary>
    /// Number of images seen over all epochs: all images in each, except for a last batch of a single one.
    /// </summary>
    /// <param name="images">Number of training images.</param>
    /// <param name="epochs">Number of epochs.</param>
    /// <param name="batchSize">Batch size.</param>
    public static long CountImages(int images, int epochs, int batchSize)
    {
        var skipsLast = images > 1 && images % batchSize == 1;
        return (long)epochs * (skipsLast ? images - 1 : images);
    }

    /// <summary>Counts the cost of training a network on square images of three channels.</summary>
    /// <param name="network">The network, which does not change.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <param name="freeze">What is frozen, as described at <see cref="Freeze"/>; null for nothing.</param>
    /// <exception cref="InputException">As for the other overload.</exception>
    public static TrainingCost Count(Network network, int size, IReadOnlyList<string>? freeze = null) =>
        Count(network, (3, size, size), freeze);

    /// <summary>Counts the cost of training a network.</summary>
    /// <param name="network">The network, which does not change. Layers of TorchSharp are counted if they are computed
    /// by <c>call</c>.</param>
    /// <param name="image">Number of channels, height and width of an image, in pixels.</param>
    /// <param name="freeze">What is frozen, as described at <see cref="Freeze"/>; null for nothing.</param>
    /// <exception cref="InputException">A name matches no module, every module is frozen, or a layer with weights did
    /// not compute.</exception>
    public static TrainingCost Count(
        Network network,
        (int Channels, int Height, int Width) image,
        IReadOnlyList<string>? freeze = null
    ) => Count(network, image, TrainingSettings.Default with { Freeze = freeze is null ? null : [.. freeze] });

    /// <summary>Counts the cost of training a network.</summary>
    /// <param name="network">The network, which does not change. Layers of TorchSharp are counted if they are computed
    /// by <c>call</c>.</param>
    /// <param name="image">Number of channels, height and width of an image, in pixels.</param>
    /// <param name="training">What is trained: frozen modules, adapted layers, low-rank updates.</param>
    /// <exception cref="InputException">As for the other overload, or no layer can be adapted.</exception>
    public static TrainingCost Count(
        Network network,
        (int Channels, int Height, int Width) image,
        TrainingSettings training
    )
    {
        ArgumentNullException.ThrowIfNull(network);
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        using var frozen = new FrozenParts(network, training);
        using var modes = new ModuleModes(network.Root);
        var passes = new Dictionary<string, LayerPass>(StringComparer.Ordinal);
        var layers = network.Root.named_modules().ToList();
        var hooks = layers.Select(entry => Observe(entry.name, entry.module, passes)).OfType<Action>().ToList();
        network.Root.eval();
        try
        {
            network.forward(zeros(1, image.Channels, image.Height, image.Width));
        }
        finally
        {
            hooks.ForEach(remove => remove());
        }

        foreach (var (name, layer) in layers)
        {
            if (layer is ICountedLayers graph)
            {
                foreach (var (weight, pass) in graph.Passes)
                {
                    passes[weight] = pass.Plus(passes.GetValueOrDefault(weight) ?? new(0, 0));
                }
            }
            else if (layer is ICounted { Last: { } last })
            {
                passes[name] = last;
            }
            else if (layer is not NetworkRoot && MatrixOf(layer) is not null && !passes.ContainsKey(name))
            {
                throw new InputException(
                    $"The cost of the layer '{name}' of {network.Name} is unknown; use its call, not its forward."
                );
            }
        }

        return new([.. network.Modules.Select(module => CostOf(module, network, passes, frozen.Adapted))])
        {
            PerStep = frozen.Adapted.Sum(matrix => matrix.PerStep),
            Kept = passes.Values.Sum(pass => pass.Kept),
            Gradients = network.parameters().Where(one => one.requires_grad).Sum(one => one.numel()),
            Bases = frozen.Adapted.Sum(matrix => matrix.Value.numel()),
            Updates = frozen.Adapted.Sum(matrix => matrix.Parameters),
        };
    }

    // Returns what removes the hook; null if the layer counts itself or has no weights.
    private static Action? Observe(string name, nn.Module layer, Dictionary<string, LayerPass> passes)
    {
        if (layer is ICounted || layer is not nn.Module<Tensor, Tensor> hookable || MatrixOf(layer) is not { } weight)
        {
            return null;
        }

        return hookable.register_forward_hook(Record).remove;

        Tensor Record(nn.Module<Tensor, Tensor> _, Tensor input, Tensor output)
        {
            passes[name] = LayerPass.Count(input, weight, output);
            return output;
        }
    }

    private static ModuleCost CostOf(
        NetworkModule module,
        Network network,
        Dictionary<string, LayerPass> passes,
        ImmutableArray<AdaptedMatrix> adapted
    )
    {
        var own = adapted.Where(matrix => module.Owns(matrix.Name)).ToList();
        var parameters = network
            .named_parameters()
            .Where(entry => module.Owns(entry.name))
            .Select(entry => entry.parameter)
            .ToList();
        var costs = passes.Where(entry => module.Owns(entry.Key)).Select(entry => entry.Value).ToList();
        return new(
            module.Name,
            costs.Sum(cost => cost.Forward),
            costs.Sum(cost => cost.Backward),
            parameters.Sum(parameter => parameter.numel()),
            parameters.Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel())
                - own.Sum(matrix => matrix.Value.numel())
                + own.Sum(matrix => matrix.Parameters)
        );
    }

    // The matrix of weights of the layer itself, not of a layer inside it.
    private static TorchSharp.Modules.Parameter? MatrixOf(nn.Module layer) =>
        layer
            .named_parameters(recurse: false)
            .Where(entry => entry.name == "weight" && entry.parameter.dim() > 1)
            .Select(entry => entry.parameter)
            .FirstOrDefault();
}
