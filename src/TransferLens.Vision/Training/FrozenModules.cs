using System.Collections.Immutable;
using TorchSharp.Modules;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Training;

/// <summary>
/// Keeps modules of a network as they are while the others are trained: their parameters ask for no gradient, so that none is
/// computed through those that no trained module stands before, and they stay in evaluation mode. Disposing gives them back.
/// </summary>
internal sealed class FrozenModules : IDisposable
{
    private readonly Network network;
    private readonly ImmutableArray<NetworkModule> frozen;
    private readonly ImmutableArray<Parameter> parameters;

    /// <summary>Freezes modules.</summary>
    /// <param name="network">The network.</param>
    /// <param name="freeze">Names as <see cref="Freeze"/> has them; null for none.</param>
    /// <exception cref="InputException">A name stands for no module, or nothing would be left to train.</exception>
    public FrozenModules(Network network, IReadOnlyList<string>? freeze)
    {
        var names = Freeze.Modules(freeze, [.. network.Modules.Select(module => module.Name)], network.Name);
        this.network = network;
        frozen = [.. network.Modules.Where(module => names.Contains(module.Name))];
        parameters =
        [
            .. network
                .named_parameters()
                .Where(entry => Holds(entry.name) && entry.parameter.requires_grad)
                .Select(entry => entry.parameter),
        ];
        Ask(false);
    }

    /// <summary>Whether a parameter or buffer is frozen.</summary>
    /// <param name="tensor">Its full name in the state dict.</param>
    public bool Holds(string tensor) => frozen.Any(module => module.Owns(tensor));

    /// <summary>Puts the network into training mode, but for what is frozen.</summary>
    public void Train()
    {
        network.train();
        foreach (var (_, part) in network.Root.named_modules().Where(entry => Holds(entry.name)))
        {
            part.train(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Ask(true);

    private void Ask(bool gradient)
    {
        foreach (var parameter in parameters)
        {
            parameter.requires_grad = gradient;
        }
    }
}
