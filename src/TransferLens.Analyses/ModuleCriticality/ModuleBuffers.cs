using System.Collections.Immutable;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Values of the buffers of a network's modules, from one module on.</summary>
internal sealed class ModuleBuffers : IDisposable
{
    // The network's buffers and the values kept of them, for each module.
    private readonly ImmutableArray<ImmutableArray<(Tensor Live, Tensor Value)>> modules;
    private readonly int first;

    /// <summary>Copies the values that the network has now.</summary>
    /// <param name="live">The buffers of each of its modules; the network must outlive this.</param>
    /// <param name="first">Index of the first module.</param>
    public ModuleBuffers(ImmutableArray<ImmutableArray<Tensor>> live, int first)
    {
        this.first = first;
        modules =
        [
            .. live.Skip(first)
                .Select(buffers =>
                    buffers.Select(buffer => (buffer, buffer.clone().DetachFromDisposeScope())).ToImmutableArray()
                ),
        ];
    }

    /// <summary>The buffers of each module of a network.</summary>
    public static ImmutableArray<ImmutableArray<Tensor>> Of(Network network)
    {
        var all = network.Root.named_buffers().ToList();
        return
        [
            .. network.Modules.Select(module =>
                all.Where(buffer => module.Owns(buffer.name)).Select(buffer => buffer.buffer).ToImmutableArray()
            ),
        ];
    }

    /// <summary>The values kept, in a fixed order.</summary>
    public IEnumerable<Tensor> Tensors => modules.SelectMany(module => module).Select(buffer => buffer.Value);

    /// <summary>Writes the values of the modules from an index on into the network; all by default.</summary>
    public void Load(int from = 0)
    {
        using var frozen = no_grad();
        foreach (var (live, value) in modules.Skip(from - first).SelectMany(module => module))
        {
            live.copy_(value);
        }
    }

    /// <summary>Takes the values that the network has now.</summary>
    public void Save()
    {
        for (var i = 0; i < modules.Length; i++)
        {
            Save(first + i);
        }
    }

    /// <summary>Takes the values that one module of the network has now.</summary>
    /// <param name="module">Its index.</param>
    public void Save(int module)
    {
        using var frozen = no_grad();
        foreach (var (live, value) in modules[module - first])
        {
            value.copy_(live);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in Tensors)
        {
            value.Dispose();
        }
    }
}
