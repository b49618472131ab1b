using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>
/// A classifier that declares its modules. Its forward pass is their composition, so a module's output is exactly what
/// the next module receives. Every analysis takes a network.
/// </summary>
public sealed class Network : nn.Module<Tensor, Tensor>
{
    /// <summary>Declares the modules of a network. <see cref="From"/> also checks what they compute.</summary>
    /// <param name="name">The network's name.</param>
    /// <param name="root">The module that contains the parameters and buffers; its state dict has their published
    /// names. The network owns and disposes it.</param>
    /// <param name="modules">The modules in order of computation, the head last. Every parameter and buffer of
    /// <paramref name="root"/> belongs to exactly one.</param>
    /// <exception cref="InputException">There is no module, two have the same name, or a parameter or buffer belongs
    /// to no module or to several.</exception>
    internal Network(string name, nn.Module root, IEnumerable<NetworkModule> modules)
        : base(name)
    {
        (Name, Root, Modules) = (name, root, [.. modules]);
        CheckNames();
        foreach (var tensor in root.state_dict().Keys)
        {
            CheckOwner(tensor);
        }
    }

    /// <summary>
    /// Makes a network from a module of your own, after checking on an example batch that the declared modules,
    /// applied one after the other in evaluation mode, compute what the module itself computes.
    /// </summary>
    /// <param name="module">Any classifier: it maps images (n, channels, height, width) to logits (n, classes). The
    /// network owns and disposes it from then on; if an exception is thrown, it stays yours.</param>
    /// <param name="modules">Its modules in order of computation, the head last. Every parameter and buffer belongs to
    /// exactly one. A module's input is cast to the number format of the module's parameters where they have another
    /// one.</param>
    /// <param name="example">A batch of images, for example two random ones.</param>
    /// <param name="name">The network's name; null for the module's.</param>
    /// <exception cref="InputException">The logits differ by more than 0.0001 of the largest one; the message says
    /// where the difference begins and how large it is. Or a module changes its input or, in evaluation mode, a buffer
    /// such as the running mean of batch normalization. Or a parameter or buffer belongs to no module or to several.
    /// </exception>
    public static Network From(
        nn.Module<Tensor, Tensor> module,
        IEnumerable<NetworkModule> modules,
        Tensor example,
        string? name = null
    )
    {
        ArgumentNullException.ThrowIfNull(module);
        var network = new Network(
            name ?? module.GetName(),
            module,
            modules.Select(part => InputCast.Add(part, module))
        );
        new ForwardCheck(network, module).Run(example);
        return network;
    }

    /// <summary>The same network, with the same weights, whose adjacent modules are grouped.</summary>
    /// <param name="parts">Name of each new module, and how many modules it consists of, in order.</param>
    internal Network Grouped(IEnumerable<(string Name, int Count)> parts)
    {
        var left = Modules.AsEnumerable();
        var grouped = new List<NetworkModule>();
        foreach (var (name, count) in parts)
        {
            grouped.Add(NetworkModule.Group(name, [.. left.Take(count)]));
            left = left.Skip(count);
        }

        return new(Name, Root, grouped) { Graph = Graph };
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>The module that contains the parameters and buffers.</summary>
    public nn.Module Root { get; }

    /// <summary>Stem, blocks and head, in order of computation.</summary>
    public ImmutableArray<NetworkModule> Modules { get; }

    /// <summary>The network's own graph; null where the graph follows from the modules.</summary>
    internal IGraphSource? Graph { get; init; }

    /// <summary>The last module: the linear layer that each target replaces, with the pooling before it.</summary>
    public NetworkModule Head => Modules[^1];

    /// <summary>
    /// A batch on the device of the network's parameters, as a new tensor that shares its values if nothing has to
    /// move. On the CPU images get the layout with channels last, in which convolutions take a tenth to a third less
    /// time.
    /// </summary>
    /// <param name="input">Any tensor, on any device.</param>
    public Tensor ToDevice(Tensor input)
    {
        SignalStack.WidenFor(input.dtype);
        var parameter = Root.parameters().FirstOrDefault();
        if (parameter is not null && !SameDevice(parameter, input))
        {
            return input.to(parameter.device);
        }

        if (input.dim() != 4 || input.device_type != TorchSharp.DeviceType.CPU)
        {
            return input.alias();
        }

        using var scope = NewDisposeScope();
        return input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">Normalized images (n, channels, height, width) on any device, in float32, or in bfloat16 to
    /// compute in bfloat16.</param>
    /// <returns>Logits (n, classes), in float32, on the device of <paramref name="input"/>.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = ToDevice(input);
        foreach (var module in Modules)
        {
            var next = module.Forward(value);
            if (!ReferenceEquals(next, value))
            {
                value.Dispose();
            }

            value = next;
        }

        value = value.to(ScalarType.Float32);
        return (SameDevice(value, input) ? value : value.to(input.device)).MoveToOuterDisposeScope();
    }

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

    /// <summary>
    /// Sets training mode, in which batch normalization uses and updates batch statistics, or evaluation mode.
    /// </summary>
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

    private static bool SameDevice(Tensor left, Tensor right) =>
        left.device_type == right.device_type && left.device_index == right.device_index;

    private void CheckNames()
    {
        if (Modules.IsEmpty)
        {
            throw new InputException($"{Name} declares no modules; declare at least a head.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        if (Modules.FirstOrDefault(module => !names.Add(module.Name)) is { } second)
        {
            throw new InputException($"{Name} declares two modules named '{second.Name}'; rename one.");
        }
    }

    private void CheckOwner(string tensor)
    {
        var owners = Modules.Where(module => module.Owns(tensor)).Select(module => $"'{module.Name}'").ToList();
        if (owners.Count != 1)
        {
            var actual = owners.Count == 0 ? "none" : string.Join(" and ", owners);
            throw new InputException(
                $"The tensor '{tensor}' of {Name} belongs to {actual} of the declared modules, not to exactly one."
            );
        }
    }
}
