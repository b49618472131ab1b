using TorchSharp.Modules;
using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>Contains the layers of a network under their published names.</summary>
internal sealed class NetworkRoot() : nn.Module("Root")
{
    private readonly Dictionary<string, NetworkRoot> inner = new(StringComparer.Ordinal);

    /// <summary>Adds a layer under a name, which may be nested: <c>features.0</c>.</summary>
    public T Add<T>(string name, T layer)
        where T : nn.Module
    {
        var (owner, last) = Find(name);
        owner.register_module(last, layer);
        return layer;
    }

    /// <summary>Adds a parameter that belongs to no layer.</summary>
    public Parameter Add(string name, Parameter parameter)
    {
        var (owner, last) = Find(name);
        owner.register_parameter(last, parameter);
        return parameter;
    }

    /// <summary>Adds a buffer that belongs to no layer.</summary>
    public Tensor AddBuffer(string name, Tensor buffer)
    {
        var (owner, last) = Find(name);
        owner.register_buffer(last, buffer);
        return buffer;
    }

    /// <summary>Adds the stage <c>layerN</c>, a chain of blocks. Each block is one module of the network.</summary>
    public IEnumerable<NetworkModule> AddStage<T>(int stage, T[] blocks)
        where T : nn.Module<Tensor, Tensor>, IGraphLayer
    {
        Add(
            $"layer{stage}",
            nn.Sequential([.. blocks.Select((block, i) => ($"{i}", (nn.Module<Tensor, Tensor>)block))])
        );
        return blocks.Select(
            (block, i) =>
                new NetworkModule($"layer{stage}.{i}", [$"layer{stage}.{i}"], block.forward) { Write = block.Write }
        );
    }

    private (NetworkRoot Owner, string Last) Find(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return (this, name);
        }

        if (!inner.TryGetValue(name[..dot], out var next))
        {
            register_module(name[..dot], inner[name[..dot]] = next = new NetworkRoot());
        }

        return next.Find(name[(dot + 1)..]);
    }
}
