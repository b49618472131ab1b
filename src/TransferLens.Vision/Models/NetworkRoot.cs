using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Models;

/// <summary>Holds the parts of a network by their published names; the network's modules compute with them.</summary>
internal sealed class NetworkRoot() : nn.Module("Root")
{
    /// <summary>Takes a part in under a name.</summary>
    public T Add<T>(string name, T part) where T : nn.Module
    {
        register_module(name, part);
        return part;
    }

    /// <summary>Takes in a parameter that belongs to no part.</summary>
    public Parameter Add(string name, Parameter parameter)
    {
        register_parameter(name, parameter);
        return parameter;
    }

    /// <summary>Takes in stage <c>layerN</c>, a chain of blocks; each block is one module of the network.</summary>
    public IEnumerable<NetworkModule> AddStage<T>(int stage, T[] blocks) where T : nn.Module<Tensor, Tensor>
    {
        Add($"layer{stage}", nn.Sequential([.. blocks.Select((block, i) => ($"{i}", (nn.Module<Tensor, Tensor>)block))]));
        return blocks.Select((block, i) => new NetworkModule($"layer{stage}.{i}", [$"layer{stage}.{i}"], block.forward));
    }
}
