using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>
/// A classifier that declares its modules: forward is their composition, so a module's output is exactly what the
/// next module receives. Every analysis takes a network.
/// </summary>
public sealed class Network : nn.Module<Tensor, Tensor>
{
    /// <summary>Declares the modules of a network.</summary>
    /// <param name="name">Its name, for example <c>cifar_resnet20</c>, or any name for a network of the user's own.</param>
    /// <param name="root">The module that holds the parameters and buffers; its state dict has their published names.
    /// The network owns and disposes it.</param>
    /// <param name="modules">The modules in the order of computation; the last is the head. Every parameter and
    /// buffer of <paramref name="root"/> belongs to exactly one.</param>
    /// <exception cref="InputException">A parameter or buffer belongs to no module or to two.</exception>
    public Network(string name, nn.Module root, IEnumerable<NetworkModule> modules)
        : base(name)
    {
        Name = name;
        Root = root;
        Modules = [.. modules];
        foreach (var tensor in root.state_dict().Keys)
        {
            if (Modules.Count(module => module.Owns(tensor)) != 1)
            {
                throw new InputException(
                    $"The tensor '{tensor}' of {name} must belong to exactly one declared module."
                );
            }
        }
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>The module that holds the parameters and buffers.</summary>
    public nn.Module Root { get; }

    /// <summary>Stem, blocks and head, in the order of computation.</summary>
    public ImmutableArray<NetworkModule> Modules { get; }

    /// <summary>The last module: the linear layer that is new for each target, with the pooling before it.</summary>
    public NetworkModule Head => Modules[^1];

    /// <summary>
    /// A batch where the parameters of this network lie: a new tensor, which shares its values where it lies there already. On a
    /// processor images are laid out with their channels last, in which convolutions take a tenth to a third less time.
    /// </summary>
    /// <param name="input">Any tensor, on any device.</param>
    public Tensor ToDevice(Tensor input)
    {
        var somewhere = Root.parameters().FirstOrDefault();
        if (somewhere is not null && !Same(somewhere, input))
        {
            return input.to(somewhere.device);
        }

        if (input.dim() != 4 || input.device_type != TorchSharp.DeviceType.CPU)
        {
            return input.alias();
        }

        using var scope = NewDisposeScope();
        return input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">Normalized images, (n, 3, height, width); float32, or bfloat16 for bfloat16 computation. They may lie on another device than the parameters.</param>
    /// <returns>Logits (n, classes), in float32, on the device of <paramref name="input"/>.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = ToDevice(input);
        foreach (var module in Modules)
        {
            var next = module.Forward(value);
            value.Dispose();
            value = next;
        }

        value = value.to(ScalarType.Float32);
        return (Same(value, input) ? value : value.to(input.device)).MoveToOuterDisposeScope();
    }

    private static bool Same(Tensor left, Tensor right) =>
        left.device_type == right.device_type && left.device_index == right.device_index;

    /// <inheritdoc/>
    public override Dictionary<string, Tensor> state_dict(
        Dictionary<string, Tensor>? destination = null,
        string? prefix = null
    ) => Root.state_dict(destination, prefix);

    /// <inheritdoc/>
    public override IEnumerable<(string name, TorchSharp.Modules.Parameter parameter)> named_parameters(
        bool recurse = true
    ) => Root.named_parameters(recurse);

    /// <inheritdoc/>
    public override IEnumerable<TorchSharp.Modules.Parameter> parameters(bool recurse = true) =>
        Root.parameters(recurse);

    /// <summary>Training mode: batch normalization uses and updates batch statistics.</summary>
    public override void train(bool train = true) => Root.train(train);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Root.Dispose();
        }

        base.Dispose(disposing);
    }
}
