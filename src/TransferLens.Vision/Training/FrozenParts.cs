using System.Collections.Immutable;
using TorchSharp.Modules;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Training;

/// <summary>
/// Freezes parts of a network while the others are trained: modules, and with <see cref="Adaptation"/> or low-rank
/// updates all layers outside the head but those that are adapted. Frozen parameters require no gradient, and frozen
/// layers stay in evaluation mode. No gradient is computed in frozen modules before the first trained one. Disposing
/// unfreezes them.
/// </summary>
internal sealed class FrozenParts : IDisposable
{
    private readonly Network network;
    private readonly ImmutableArray<NetworkModule> still;
    private readonly ImmutableArray<DeclaredLayer> layers;
    private readonly HashSet<string> trainedLayers = new(StringComparer.Ordinal);
    private readonly ImmutableArray<Parameter> parameters;

    /// <summary>Freezes modules.</summary>
    /// <param name="network">The network.</param>
    /// <param name="freeze">What to freeze, as described at <see cref="Freeze"/>; null for nothing.</param>
    /// <exception cref="InputException">A name matches no module, or every module would be frozen.</exception>
    public FrozenParts(Network network, IReadOnlyList<string>? freeze)
        : this(network, TrainingSettings.Default with { Freeze = freeze is null ? null : [.. freeze] }) { }

    /// <summary>Freezes what a training run does not train.</summary>
    /// <param name="network">The network.</param>
    /// <param name="training">Its settings.</param>
    /// <exception cref="InputException">A name matches no module, every module would be frozen, or no layer can be
    /// adapted.</exception>
    public FrozenParts(Network network, TrainingSettings training)
    {
        this.network = network;
        var names = Freeze.Modules(training.Freeze, [.. network.Modules.Select(module => module.Name)], network.Name);
        ImmutableArray<NetworkModule> free = [.. network.Modules.Where(module => !names.Contains(module.Name))];
        layers = NetworkLayers.Of(network);
        ImmutableArray<DeclaredLayer> outside =
        [
            .. layers.Where(layer => !network.Head.Owns(layer.Weight) && free.Any(module => module.Owns(layer.Weight))),
        ];
        var adapts = training.Adapt is not null || training.Lora is not null;
        still = adapts
            ? [.. network.Modules.Where(module => module != network.Head || names.Contains(module.Name))]
            : [.. network.Modules.Where(module => names.Contains(module.Name))];
        if (training.Adapt == Adaptation.NormHead)
        {
            var normalizations = outside.Where(layer => layer.Kind == LayerKind.Normalization).ToList();
            trainedLayers.UnionWith(
                normalizations.SelectMany(layer => new[] { layer.Weight, layer.Bias }).OfType<string>()
            );
            CheckAny(normalizations.Count > 0, "normalization layer to train with adapt: norm_head");
        }

        if (training.Lora is { Rank: > 0 } lora)
        {
            Adapted = AdaptedMatrix.In(network, outside, lora);
            CheckAny(!Adapted.IsEmpty, "linear layer or 1x1 convolution to adapt with lora");
        }

        var adapted = Adapted.Select(matrix => matrix.Name).ToHashSet(StringComparer.Ordinal);
        parameters =
        [
            .. network
                .named_parameters()
                .Where(entry => Contains(entry.name) && !adapted.Contains(entry.name) && entry.parameter.requires_grad)
                .Select(entry => entry.parameter),
        ];
        RequireGradients(false);
    }

    /// <summary>The matrices that get low-rank updates. They need gradients and are no parameters to train.</summary>
    public ImmutableArray<AdaptedMatrix> Adapted { get; } = [];

    /// <summary>Whether a parameter or buffer is frozen.</summary>
    /// <param name="tensor">Its full name in the state dict.</param>
    public bool Contains(string tensor) => !trainedLayers.Contains(tensor) && still.Any(module => module.Owns(tensor));

    /// <summary>Sets training mode for the network except its frozen layers.</summary>
    public void Train()
    {
        network.train();
        foreach (
            var (_, part) in network.Root.named_modules().Where(entry => still.Any(module => module.Owns(entry.name)))
        )
        {
            part.train(false);
        }

        foreach (var layer in layers)
        {
            layer.Layer?.train(!Contains(layer.Weight));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => RequireGradients(true);

    private void CheckAny(bool any, string what)
    {
        if (!any)
        {
            throw new InputException(
                $"Outside its head and what is frozen, {network.Name} has no {what}, so there is nothing to train "
                    + "there. Choose another way to train, or another network."
            );
        }
    }

    private void RequireGradients(bool gradient)
    {
        foreach (var parameter in parameters)
        {
            parameter.requires_grad = gradient;
        }
    }
}
