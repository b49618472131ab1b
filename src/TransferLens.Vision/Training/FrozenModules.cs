using System.Collections.Immutable;
using TorchSharp.Modules;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Training;

/// <summary>
/// Freezes modules of a network while the others are trained: their parameters require no gradient, and they stay in
/// evaluation mode. No gradient is computed in frozen modules before the first trained one. Disposing unfreezes them.
/// </summary>
internal sealed class FrozenModules : IDisposable
{
    private readonly Network network;
    private readonly ImmutableArray<NetworkModule> frozen;
    private readonly ImmutableArray<Parameter> parameters;

    /// <summary>Freezes modules.</summary>
    /// <param name="network">The network.</param>
    /// <param name="freeze">What to freeze, as described at <see cref="Freeze"/>; null for nothing.</param>
    /// <exception cref="InputException">A name matches no module, or every module would be frozen.</exception>
    public FrozenModules(Network network, IReadOnlyList<string>? freeze)
    {
        var names = Freeze.Modules(freeze, [.. network.Modules.Select(module => module.Name)], network.Name);
        this.network = network;
        frozen = [.. network.Modules.Where(module => names.Contains(module.Name))];
        parameters =
        [
            .. network
                .named_parameters()
                .Where(entry => Contains(entry.name) && entry.parameter.requires_grad)
                .Select(entry => entry.parameter),
        ];
        RequireGradients(false);
    }

    /// <summary>Whether a parameter or buffer is frozen.</summary>
    /// <param name="tensor">Its full name in the state dict.</param>
    public bool Contains(string tensor) => frozen.Any(module => module.Owns(tensor));

    /// <summary>Sets training mode for the network except its frozen modules.</summary>
    public void Train()
    {
        network.train();
        foreach (var (_, part) in network.Root.named_modules().Where(entry => Contains(entry.name)))
        {
            part.train(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => RequireGradients(true);

    private void RequireGradients(bool gradient)
    {
        foreach (var parameter in parameters)
        {
            parameter.requires_grad = gradient;
        }
    }
}
