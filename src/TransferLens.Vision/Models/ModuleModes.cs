using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>Remembers which layers are in training mode and restores that when disposed.</summary>
internal sealed class ModuleModes : IDisposable
{
    private readonly ImmutableArray<(nn.Module Layer, bool Training)> modes;

    /// <summary>Remembers the modes of a module and of every layer in it.</summary>
    public ModuleModes(nn.Module module)
    {
        modes = [.. module.modules().Prepend(module).Distinct().Select(layer => (layer, layer.training))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Setting a mode sets it in all layers below too, so parents come before their children.
        foreach (var (layer, training) in modes)
        {
            layer.train(training);
        }
    }
}
