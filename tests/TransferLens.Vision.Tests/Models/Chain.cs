using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

/// <summary>A module of the user's own: named layers, and a forward pass written by hand.</summary>
internal sealed class Chain : nn.Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor> compute;

    public Chain((string Name, nn.Module Layer)[] layers, Func<Tensor, Tensor> compute)
        : base("chain")
    {
        this.compute = compute;
        foreach (var (name, layer) in layers)
        {
            register_module(name, layer);
        }
    }

    public override Tensor forward(Tensor input) => compute(input);
}
