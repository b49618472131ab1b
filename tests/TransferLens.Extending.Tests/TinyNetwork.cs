using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace Extending;

/// <summary>A network of our own, an ordinary TorchSharp module with TorchSharp's own layers.</summary>
internal sealed class TinyModule : nn.Module<Tensor, Tensor>
{
    public readonly nn.Module<Tensor, Tensor> Stem = nn.Sequential(
        ("conv", nn.Conv2d(3, 8, 3, stride: 2, padding: 1, bias: false)),
        ("bn", nn.BatchNorm2d(8)),
        ("relu", nn.ReLU())
    );

    public readonly nn.Module<Tensor, Tensor> Block = nn.Sequential(
        ("conv", nn.Conv2d(8, 16, 3, stride: 2, padding: 1, bias: false)),
        ("bn", nn.BatchNorm2d(16)),
        ("relu", nn.ReLU())
    );

    public readonly nn.Module<Tensor, Tensor> Head;

    public TinyModule(int classes)
        : base("tiny")
    {
        Head = nn.Linear(16, classes);
        register_module("stem", Stem);
        register_module("block", Block);
        register_module("head", Head);
    }

    public override Tensor forward(Tensor input) => Classify(Block.call(Stem.call(input)));

    public Tensor Classify(Tensor features) => Head.call(features.mean([2, 3]));
}

/// <summary>Its declaration.</summary>
internal static class TinyNetwork
{
    public static NetworkArchitecture Architecture { get; } = new("tiny", ["stem", "block", "head"], Create);

    private static Network Create(int classes)
    {
        var module = new TinyModule(classes);
        using var example = rand(2, 3, 32, 32);
        return Network.From(
            module,
            [
                new("stem", ["stem"], module.Stem.call),
                new("block", ["block"], module.Block.call),
                new("head", ["head"], module.Classify),
            ],
            example
        );
    }
}
